package org.accrual.consumers.audit;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import javax.sql.DataSource;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.progress.ConsumerProgress;

/** How far the audit trail is. */
@ApplicationScoped
public class AuditProgress extends ConsumerProgress {

  @Inject
  AuditProgress(@QueryPool DataSource database) {
    super(database, AuditConsumer.NAME);
  }
}
