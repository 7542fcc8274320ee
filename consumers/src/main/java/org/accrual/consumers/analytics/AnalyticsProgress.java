package org.accrual.consumers.analytics;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import javax.sql.DataSource;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.progress.ConsumerProgress;

/** How far analytics is. */
@ApplicationScoped
public class AnalyticsProgress extends ConsumerProgress {

  @Inject
  AnalyticsProgress(@QueryPool DataSource database) {
    super(database, AnalyticsConsumer.NAME);
  }
}
