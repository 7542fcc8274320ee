package org.accrual.consumers.console;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Response.Status;
import jakarta.ws.rs.ext.Provider;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.accrual.consumers.ConsumersSettings;

/**
 * Accepts requests of the console's own pages only. Listening on loopback does not protect: any
 * page in the same browser can send requests there, and its site's name can be made to point there.
 */
@Provider
@PreMatching
@ApplicationScoped
public class ConsoleGate implements ContainerRequestFilter, ContainerResponseFilter {
  /** Nothing from elsewhere, nothing inline, in nobody's frame. */
  static final String POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  /** Set by every browser of the last years, and not by a page; see the Fetch Metadata standard. */
  private static final String SITE = "Sec-Fetch-Site";

  private static final Set<String> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private final ConsoleSettings settings;

  @Inject
  ConsoleGate(ConsumersSettings settings) {
    this.settings = settings.console();
  }

  @Override
  public void filter(ContainerRequestContext request) {
    refusal(request)
        .ifPresent(
            why ->
                request.abortWith(
                    Response.status(settings.enabled() ? Status.FORBIDDEN : Status.NOT_FOUND)
                        .type(MediaType.TEXT_PLAIN_TYPE)
                        .entity(why + "\n")
                        .build()));
  }

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response) {
    MultivaluedMap<String, Object> headers = response.getHeaders();
    headers.putSingle("Content-Security-Policy", POLICY);
    headers.putSingle("X-Content-Type-Options", "nosniff");
    headers.putSingle("Referrer-Policy", "same-origin");
    headers.putSingle("Cross-Origin-Opener-Policy", "same-origin");
    headers.putSingle("Cross-Origin-Resource-Policy", "same-origin");
  }

  private Optional<String> refusal(ContainerRequestContext request) {
    if (!settings.enabled()) {
      return Optional.of("the console is switched off: accrual.console.enabled");
    }
    String host = request.getHeaderString(HttpHeaders.HOST);
    if (host == null || !settings.hosts().contains(nameOf(host))) {
      return Optional.of("this name is not one of accrual.console.hosts");
    }
    if (request.getUriInfo().getPath().startsWith("console/api/")
        && !"same-origin".equals(request.getHeaderString(SITE))) {
      return Optional.of(
          "only pages of the console itself may call this: %s is not same-origin (a browser sends it"
                  .formatted(SITE)
              + " over https, and over http to this machine)");
    }
    boolean reading = READING.contains(request.getMethod());
    String origin = request.getHeaderString("Origin");
    if (origin == null ? !reading : !isOf(origin, host)) {
      return Optional.of("only pages of the console itself may call this");
    }
    if (!reading && !MediaType.APPLICATION_JSON_TYPE.isCompatible(request.getMediaType())) {
      return Optional.of("only application/json is accepted");
    }
    return Optional.empty();
  }

  private static boolean isOf(String origin, String host) {
    String lower = origin.toLowerCase(Locale.ROOT);
    String name = host.toLowerCase(Locale.ROOT);
    return lower.equals("http://" + name) || lower.equals("https://" + name);
  }

  private static String nameOf(String host) {
    return host.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]+$", "");
  }
}
