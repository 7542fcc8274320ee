package org.accrual.consumers.console;

import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What pages ask: calls, their live stream, and a demo patient in local runs. */
@Path("/console/api")
@ApplicationScoped
public class ConsoleApi {
  private static final int LARGEST = 64 * 1024;

  private final Calls calls;
  private final Snapshots snapshots;
  private final DemoPatients demo;

  @Inject
  ConsoleApi(Calls calls, Snapshots snapshots, DemoPatients demo) {
    this.calls = calls;
    this.snapshots = snapshots;
    this.demo = demo;
  }

  /** A call, its request and answer in protobuf's JSON; the answer is an {@link Envelope}. */
  @POST
  @Path("call/{service}/{method}")
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  public Response call(
      @PathParam("service") String service,
      @PathParam("method") String method,
      @HeaderParam("X-Actor") @DefaultValue("") String actor,
      InputStream body)
      throws IOException {
    byte[] request = body.readNBytes(LARGEST + 1);
    if (request.length > LARGEST) {
      return Response.status(Response.Status.REQUEST_ENTITY_TOO_LARGE).build();
    }
    String json = new String(request, StandardCharsets.UTF_8);
    return fresh(calls.once(service + "/" + method, json, actor));
  }

  /**
   * Of {@link LivePage}; {@code after} says what {@code Last-Event-ID} does, for a page that opens
   * anew.
   */
  @GET
  @Path("live")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void live(
      @QueryParam("feed") List<String> feeds,
      @QueryParam("after") @DefaultValue("") String after,
      @HeaderParam("Last-Event-ID") @DefaultValue("") String lastId,
      @Context SseEventSink sink,
      @Context Sse sse) {
    LivePage page = new LivePage(snapshots, feeds);
    Thread.ofVirtual()
        .name("console-page")
        .start(() -> page.show(sink, sse, lastId.isEmpty() ? after : lastId));
  }

  /** Enrolls a demo patient; 404 where that is not offered. */
  @POST
  @Path("demo")
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  public Response demo() {
    if (!demo.areOffered()) {
      return Response.status(Response.Status.NOT_FOUND).build();
    }
    try {
      return fresh("{\"answer\":" + Envelope.json(demo.enroll()) + "}");
    } catch (StatusRuntimeException refused) {
      return fresh(Envelope.error(Failure.of(refused, "")));
    }
  }

  private static Response fresh(String json) {
    return Response.ok(json, MediaType.APPLICATION_JSON_TYPE.withCharset("UTF-8"))
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }
}
