package org.accrual.consumers.flow;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.accrual.api.query.v1.FlowFilter;
import org.accrual.api.query.v1.FlowState;
import org.accrual.api.query.v1.FlowSummary;
import org.accrual.api.query.v1.ListFlowsRequest;
import org.accrual.api.query.v1.ListFlowsResponse;
import org.accrual.consumers.database.QueryPool;
import org.accrual.consumers.flow.FlowSeeds.Ended;
import org.accrual.consumers.query.DatabaseErrors;
import org.accrual.runtime.grpc.PageRequest;

/** ListFlows: troubled flows, then running ones, then those that ended, newest first. */
@ApplicationScoped
class FlowLists {
  private final DataSource database;

  @Inject
  FlowLists(@QueryPool DataSource database) {
    this.database = database;
  }

  ListFlowsResponse list(ListFlowsRequest request) {
    FlowFilter filter = request.getFilter();
    PageRequest asked = PageRequest.of(request);
    try (Connection connection = database.getConnection()) {
      return new Listing(connection, filter, asked).read();
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  /** One answer in the making. */
  private static final class Listing {
    private final Connection connection;
    private final FlowFilter filter;
    private final PageRequest asked;
    private final FlowPage page;
    private final int size;
    private final ListFlowsResponse.Builder response = ListFlowsResponse.newBuilder();
    private FlowPage last;

    Listing(Connection connection, FlowFilter filter, PageRequest asked) {
      this.connection = connection;
      this.filter = filter;
      this.asked = asked;
      this.page = asked.after(FlowPage.PARTS, FlowPage::of).orElse(FlowPage.BEGINNING);
      this.size = asked.size();
      this.last = page;
    }

    ListFlowsResponse read() throws SQLException {
      List<FlowSummary> all = matching(bounded());
      List<FlowSummary> troubled = all.stream().filter(Listing::isTroubled).toList();
      List<FlowSummary> others = all.stream().filter(flow -> !isTroubled(flow)).toList();
      List<FlowSummary> running = others.stream().filter(Listing::isRunning).toList();
      response.setTroubled(troubled.size());
      response.setRunning(all.stream().filter(Listing::isRunning).count());
      boolean more = add(0, troubled) || add(1, running);
      if (!more && bySubject()) {
        more = add(2, others.stream().filter(flow -> !isRunning(flow)).toList());
      } else if (!more && wantsEnded()) {
        more = addEnded(correlations(all));
      }
      if (more) {
        response.setNextPageToken(asked.tokenAfter(last.part(), last.last()));
      }
      return response.build();
    }

    private boolean bySubject() {
      return !filter.getCorrelationId().isEmpty()
          || !filter.getEnrollmentId().isEmpty()
          || !filter.getPatientId().isEmpty();
    }

    /** All of the subject; without one, those that are troubled or run. */
    private List<Seed> bounded() throws SQLException {
      if (!filter.getCorrelationId().isEmpty()) {
        return FlowSeeds.ofCorrelation(connection, filter.getCorrelationId());
      }
      if (!filter.getEnrollmentId().isEmpty()) {
        return FlowSeeds.ofEnrollment(connection, filter.getEnrollmentId());
      }
      if (!filter.getPatientId().isEmpty()) {
        return FlowSeeds.ofPatient(connection, filter.getPatientId());
      }
      Set<String> seen = new HashSet<>();
      List<Seed> seeds = new ArrayList<>();
      for (Seed seed : FlowSeeds.troubled(connection)) {
        if (seen.add(seed.correlationId())) {
          seeds.add(seed);
        }
      }
      for (Seed seed : FlowSeeds.running(connection)) {
        if (seen.add(seed.correlationId())) {
          seeds.add(seed);
        }
      }
      return seeds;
    }

    private List<FlowSummary> matching(List<Seed> seeds) throws SQLException {
      return Summaries.of(connection, seeds).stream().filter(this::matches).toList();
    }

    private boolean matches(FlowSummary flow) {
      return has(filter.getEnrollmentId(), flow.getEnrollmentId())
          && has(filter.getPatientId(), flow.getPatientId())
          && (filter.getState() == FlowState.FLOW_STATE_UNSPECIFIED
              || filter.getState() == flow.getState())
          && (!filter.getTroubled() || isTroubled(flow));
    }

    private static boolean has(String wanted, String value) {
      return wanted.isEmpty() || wanted.equals(value);
    }

    private static boolean isTroubled(FlowSummary flow) {
      return flow.getTroublesCount() > 0;
    }

    private static boolean isRunning(FlowSummary flow) {
      return flow.getState() == FlowState.FLOW_STATE_RUNNING
          || flow.getState() == FlowState.FLOW_STATE_COMPENSATING;
    }

    private static Set<String> correlations(List<FlowSummary> flows) {
      Set<String> ids = new HashSet<>();
      flows.forEach(flow -> ids.add(flow.getCorrelationId()));
      return ids;
    }

    /** Whether there is more than fits. What came before the page in its part is left out. */
    private boolean add(int part, List<FlowSummary> flows) {
      if (part < page.part()) {
        return false;
      }
      int begin = 0;
      if (part == page.part() && !page.last().isEmpty()) {
        for (int i = 0; i < flows.size(); i++) {
          if (flows.get(i).getCorrelationId().equals(page.last())) {
            begin = i + 1;
          }
        }
      }
      for (FlowSummary flow : flows.subList(begin, flows.size())) {
        if (response.getFlowsCount() == size) {
          return true;
        }
        response.addFlows(flow);
        last = new FlowPage(part, flow.getCorrelationId());
      }
      return false;
    }

    private boolean wantsEnded() {
      return !filter.getTroubled()
          && switch (filter.getState()) {
            case FLOW_STATE_UNSPECIFIED, FLOW_STATE_CONFIRMED, FLOW_STATE_REJECTED -> true;
            default -> false;
          };
    }

    private boolean addEnded(Set<String> listed) throws SQLException {
      String stage =
          switch (filter.getState()) {
            case FLOW_STATE_CONFIRMED -> "confirmed";
            case FLOW_STATE_REJECTED -> "rejected";
            default -> "";
          };
      String behind = page.part() == 2 ? page.last() : "";
      int wanted = size - response.getFlowsCount() + 1;
      // Some of them may be listed already, since they are troubled.
      List<Ended> ended = FlowSeeds.ended(connection, behind, stage, wanted + listed.size());
      List<Ended> fresh =
          ended.stream().filter(e -> !listed.contains(e.seed().correlationId())).toList();
      List<Ended> fitting = fresh.subList(0, Math.min(fresh.size(), wanted - 1));
      response.addAllFlows(Summaries.of(connection, fitting.stream().map(Ended::seed).toList()));
      if (!fitting.isEmpty()) {
        last = new FlowPage(2, fitting.getLast().operationId());
      } else if (page.part() < 2) {
        last = new FlowPage(2, "");
      }
      return fresh.size() >= wanted;
    }
  }
}
