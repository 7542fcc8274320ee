package org.accrual.consumers.kits;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import javax.sql.DataSource;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.progress.ConsumerProgress;

/** The progress of {@code supply}. */
@ApplicationScoped
public class SupplyProgress extends ConsumerProgress {

  @Inject
  SupplyProgress(@QueryPool DataSource database) {
    super(database, "supply");
  }
}
