package org.accrual.consumers.projection;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import javax.sql.DataSource;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.progress.ConsumerProgress;

/** How far the projection is. */
@ApplicationScoped
public class ProjectionProgress extends ConsumerProgress {

  @Inject
  ProjectionProgress(@QueryPool DataSource database) {
    super(database, ProjectionConsumer.NAME);
  }
}
