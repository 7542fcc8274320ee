package org.accrual.consumers.rebuild;

import com.google.protobuf.Timestamp;
import com.google.rpc.Code;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.accrual.api.ops.v1.CancelRebuildRequest;
import org.accrual.api.ops.v1.CancelRebuildResponse;
import org.accrual.api.ops.v1.GetRebuildRequest;
import org.accrual.api.ops.v1.GetRebuildResponse;
import org.accrual.api.ops.v1.ListProjectionsRequest;
import org.accrual.api.ops.v1.ListProjectionsResponse;
import org.accrual.api.ops.v1.ProjectionAdminServiceGrpc;
import org.accrual.api.ops.v1.RebuildSource;
import org.accrual.api.ops.v1.RebuildState;
import org.accrual.api.ops.v1.StartRebuildRequest;
import org.accrual.api.ops.v1.StartRebuildResponse;
import org.accrual.consumers.database.EffectsPool;
import org.accrual.consumers.query.DatabaseErrors;
import org.accrual.runtime.Correlation;
import org.accrual.runtime.grpc.Errors;

/** ProjectionAdminService. */
@ApplicationScoped
class ProjectionAdminGrpc implements ProjectionAdminServiceGrpc.AsyncService, BindableService {
  private static final String NOBODY = "anonymous";

  private final Rebuilds rebuilds;
  private final ProjectionsReader projections;

  @Inject
  ProjectionAdminGrpc(@EffectsPool DataSource database, ProjectionsReader projections) {
    this.rebuilds = new Rebuilds(database);
    this.projections = projections;
  }

  @Override
  public ServerServiceDefinition bindService() {
    return ProjectionAdminServiceGrpc.bindService(this);
  }

  @Override
  public void listProjections(
      ListProjectionsRequest request, StreamObserver<ListProjectionsResponse> answer) {
    answer.onNext(
        ListProjectionsResponse.newBuilder().addAllProjections(projections.list()).build());
    answer.onCompleted();
  }

  @Override
  public void startRebuild(
      StartRebuildRequest request, StreamObserver<StartRebuildResponse> answer) {
    String projection = request.getProjection();
    if (!Rebuilds.PROJECTIONS.contains(projection)) {
      throw Errors.of(
          Code.NOT_FOUND,
          "PROJECTION_NOT_FOUND",
          projection + " is no projection that can be rebuilt",
          Map.of("projection", projection));
    }
    String source =
        request.getSource() == RebuildSource.REBUILD_SOURCE_PREVIOUS ? "previous" : "beginning";
    try {
      switch (rebuilds.start(projection, source, who(), request.getRequestId())) {
        case Rebuilds.Started.Begun begun -> {
          answer.onNext(
              StartRebuildResponse.newBuilder().setRebuild(message(begun.rebuild())).build());
          answer.onCompleted();
        }
        case Rebuilds.Started.UnderWay _ ->
            throw refused("REBUILD_UNDER_WAY", projection + " is being rebuilt already");
        case Rebuilds.Started.NoPrevious _ ->
            throw refused("NO_PREVIOUS_VERSION", "no other version of " + projection + " is kept");
        case Rebuilds.Started.RequestReused _ ->
            throw Errors.of(
                Code.ALREADY_EXISTS,
                "REQUEST_ID_REUSED",
                "request_id was used for another rebuild",
                Map.of("request_id", request.getRequestId()));
      }
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  @Override
  public void getRebuild(GetRebuildRequest request, StreamObserver<GetRebuildResponse> answer) {
    UUID id = UUID.fromString(request.getRebuildId());
    try {
      Rebuild rebuild = rebuilds.find(id).orElseThrow(noRebuild(id));
      answer.onNext(GetRebuildResponse.newBuilder().setRebuild(message(rebuild)).build());
      answer.onCompleted();
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  @Override
  public void cancelRebuild(
      CancelRebuildRequest request, StreamObserver<CancelRebuildResponse> answer) {
    UUID id = UUID.fromString(request.getRebuildId());
    try {
      Rebuild rebuild = rebuilds.cancel(id).orElseThrow(noRebuild(id));
      if (rebuild.state().equals("switched")) {
        throw refused("REBUILD_SWITCHED", "the new version serves already");
      }
      answer.onNext(CancelRebuildResponse.newBuilder().setRebuild(message(rebuild)).build());
      answer.onCompleted();
    } catch (SQLException failure) {
      throw DatabaseErrors.of(failure);
    }
  }

  static org.accrual.api.ops.v1.Rebuild message(Rebuild rebuild) {
    org.accrual.api.ops.v1.Rebuild.Builder message =
        org.accrual.api.ops.v1.Rebuild.newBuilder()
            .setRebuildId(rebuild.id().toString())
            .setProjection(rebuild.projection())
            .setSource(
                RebuildSource.valueOf(
                    "REBUILD_SOURCE_" + rebuild.source().toUpperCase(Locale.ROOT)))
            .setState(
                RebuildState.valueOf("REBUILD_STATE_" + rebuild.state().toUpperCase(Locale.ROOT)))
            .setAskedBy(rebuild.askedBy())
            .setAskTime(time(rebuild.askedAt()))
            .setEventsDone(rebuild.eventsDone())
            .setEventsTotal(rebuild.eventsTotal())
            .setTrouble(rebuild.trouble());
    OffsetDateTime finishedAt = rebuild.finishedAt();
    if (finishedAt != null) {
      message.setFinishTime(time(finishedAt));
    }
    return message.build();
  }

  private static Timestamp time(OffsetDateTime time) {
    return Timestamp.newBuilder().setSeconds(time.toEpochSecond()).setNanos(time.getNano()).build();
  }

  private static Supplier<StatusRuntimeException> noRebuild(UUID id) {
    return () ->
        Errors.of(
            Code.NOT_FOUND,
            "REBUILD_NOT_FOUND",
            "there is no rebuild " + id,
            Map.of("rebuild_id", id.toString()));
  }

  private static RuntimeException refused(String reason, String message) {
    return Errors.of(Code.FAILED_PRECONDITION, reason, message, Map.of());
  }

  /** As the caller asserted. */
  private static String who() {
    return Correlation.current()
        .map(Correlation::actor)
        .filter(actor -> !actor.isBlank())
        .orElse(NOBODY);
  }
}
