package org.accrual.consumers.projection;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.progress.StreamProgress;
import org.accrual.intake.GateTable;
import org.accrual.intake.StreamKey;

/** How far the projection is, for readers that wait for it, whichever process builds it. */
@ApplicationScoped
public class ProjectionProgress {
  private final StreamProgress progress;

  @Inject
  ProjectionProgress(@QueryPool DataSource database) {
    this.progress = new StreamProgress(database, new GateTable(ProjectionConsumer.NAME));
  }

  /** See {@link StreamProgress#await}. */
  public boolean await(StreamKey stream, long version, Duration atMost)
      throws InterruptedException, SQLException {
    return progress.await(stream, version, atMost);
  }

  void reached(Map<StreamKey, Long> versions) {
    progress.reached(versions);
  }

  @PreDestroy
  void close() {
    progress.close();
  }
}
