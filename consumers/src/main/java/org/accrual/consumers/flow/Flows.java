package org.accrual.consumers.flow;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.accrual.api.query.v1.Flow;
import org.accrual.api.query.v1.FlowNode;
import org.accrual.api.query.v1.FlowSummary;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.query.DatabaseErrors;

/** Reads flows, whole. */
@ApplicationScoped
class Flows {
  private static final int MOST_NODES = 2000;

  private final FlowReader reader;
  private final DataSource database;
  private final InstantSource clock = InstantSource.system();

  @Inject
  Flows(FlowReader reader, @QueryPool DataSource database) {
    this.reader = reader;
    this.database = database;
  }

  Optional<Flow> ofCorrelation(String id) {
    FlowData data = reader.read(List.of(id));
    if (data.rows().isEmpty()) {
      return Optional.empty();
    }
    List<String> enrollments = FlowReader.enrollments(data.rows());
    return Optional.of(
        flow(data, List.of(new Seed(id, enrollments.isEmpty() ? null : enrollments.getFirst()))));
  }

  Optional<Flow> ofEnrollment(UUID id) {
    List<String> conversations = reader.conversations(id);
    if (conversations.isEmpty()) {
      return Optional.empty();
    }
    List<Seed> seeds = conversations.stream().map(c -> new Seed(c, id.toString())).toList();
    return Optional.of(flow(reader.read(id, conversations), seeds));
  }

  private Flow flow(FlowData data, List<Seed> seeds) {
    List<FlowNode> nodes = FlowTree.of(data, clock.instant());
    Flow.Builder flow =
        Flow.newBuilder()
            .addAllNodes(nodes)
            .setTruncated(data.truncated() || nodes.size() == MOST_NODES);
    try (Connection connection = database.getConnection()) {
      List<FlowSummary> conversations = new ArrayList<>(Summaries.of(connection, seeds));
      conversations.sort(java.util.Comparator.comparingLong(c -> c.getStartTime().getSeconds()));
      flow.addAllConversations(conversations);
      conversations.stream()
          .filter(c -> !c.getOperation().isEmpty())
          .reduce((_, later) -> later)
          .or(() -> conversations.stream().reduce((_, later) -> later))
          .ifPresent(flow::setSummary);
      return flow.build();
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }
}
