package org.accrual.consumers.console;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.ResponseBuilder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.accrual.consumers.ConsumersSettings;

/**
 * The pages. Every address that is no file gets the same page, which shows the screen of its
 * address.
 */
@Path("/console")
@ApplicationScoped
public class ConsoleFiles {
  private final Assets assets;
  private final ConsoleSettings settings;

  @Inject
  ConsoleFiles(Assets assets, ConsumersSettings settings) {
    this.assets = assets;
    this.settings = settings.console();
  }

  @GET
  public Response overview(
      @HeaderParam(HttpHeaders.ACCEPT_ENCODING) @DefaultValue("") String accepted,
      @Context Request request) {
    return answer(Optional.of(page()), accepted, request);
  }

  @GET
  @Path("{screen: .+}")
  public Response screen(
      @HeaderParam(HttpHeaders.ACCEPT_ENCODING) @DefaultValue("") String accepted,
      @Context Request request) {
    return answer(Optional.of(page()), accepted, request);
  }

  @GET
  @Path("assets/{path: .+}")
  public Response asset(
      @PathParam("path") String path,
      @HeaderParam(HttpHeaders.ACCEPT_ENCODING) @DefaultValue("") String accepted,
      @Context Request request) {
    return answer(assets.ours(path), accepted, request);
  }

  @GET
  @Path("lib/{library}/{path: .+}")
  public Response library(
      @PathParam("library") String library,
      @PathParam("path") String path,
      @HeaderParam(HttpHeaders.ACCEPT_ENCODING) @DefaultValue("") String accepted,
      @Context Request request) {
    return answer(assets.library(library, path), accepted, request);
  }

  private Asset page() {
    Asset page = assets.ours("index.html").orElseThrow();
    String html = new String(page.bytes(), StandardCharsets.UTF_8);
    return settings.demo()
        ? Asset.of(
            html.replace("<html ", "<html data-demo ").getBytes(StandardCharsets.UTF_8),
            page.type())
        : page;
  }

  private static Response answer(Optional<Asset> found, String accepted, Request request) {
    if (found.isEmpty()) {
      return Response.status(Response.Status.NOT_FOUND)
          .type(MediaType.TEXT_PLAIN_TYPE)
          .entity("there is no such file\n")
          .build();
    }
    Asset asset = found.get();
    EntityTag tag = new EntityTag(asset.etag(), true);
    ResponseBuilder unchanged = request.evaluatePreconditions(tag);
    ResponseBuilder answer =
        unchanged == null ? whole(asset, accepted.contains("gzip")) : unchanged;
    return answer
        .tag(tag)
        .header(HttpHeaders.CACHE_CONTROL, "no-cache")
        .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
        .build();
  }

  private static ResponseBuilder whole(Asset asset, boolean zipped) {
    ResponseBuilder answer =
        Response.ok(zipped ? asset.zipped() : asset.bytes(), MediaType.valueOf(asset.type()));
    return zipped ? answer.encoding("gzip") : answer;
  }
}
