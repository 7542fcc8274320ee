package org.accrual.consumers.notification;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import javax.sql.DataSource;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.progress.ConsumerProgress;

/** How far notification is. */
@ApplicationScoped
public class NotificationProgress extends ConsumerProgress {

  @Inject
  NotificationProgress(@QueryPool DataSource database) {
    super(database, NotificationConsumer.NAME);
  }
}
