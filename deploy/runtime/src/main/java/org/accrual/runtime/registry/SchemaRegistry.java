package org.accrual.runtime.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.accrual.runtime.Redacted;
import org.accrual.runtime.Settings;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * A client of any registry that speaks Confluent's REST interface. What it has learnt it keeps for
 * the life of the process: an outage stops only what is new. Safe for use by many threads. Every
 * call takes at most 5 s, or what was said, and throws {@link RegistryUnavailable} then.
 */
public final class SchemaRegistry {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(1);
  private static final int MAX_ANSWER_BYTES = 4 * 1024 * 1024;
  private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A schema and the id that it is registered under. */
  public record Registered(int id, Schema schema) {}

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final String base;

  /** The base as errors name it. */
  private final String shown;

  private final Duration timeout;
  private final Map<String, Map<Schema, Integer>> ids = new ConcurrentHashMap<>();
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

  /**
   * @param base such as {@code http://127.0.0.1:7600/apis/ccompat/v7}
   */
  public SchemaRegistry(URI base) {
    this(base, TIMEOUT);
  }

  /**
   * @param timeout of a call, its answer included
   */
  public SchemaRegistry(URI base, Duration timeout) {
    this.base = base.toString().replaceAll("/+$", "");
    this.shown = Redacted.text(this.base);
    this.timeout = timeout;
  }

  /** Where the settings say that the registry is: {@code accrual.registry.url}. */
  public static URI url(Settings settings) {
    return settings.url("accrual.registry.url", "http://127.0.0.1:7600/apis/ccompat/v7");
  }

  /**
   * The id of a schema registered under a subject.
   *
   * @throws UnknownSchema if it is not registered there
   */
  public int idOf(String subject, Schema schema) {
    Map<Schema, Integer> known = ids.computeIfAbsent(subject, s -> new ConcurrentHashMap<>());
    Integer id = known.get(schema);
    return id == null ? idNow(subject, schema) : id;
  }

  /**
   * The same, asked for anew: a registry that was replaced may give another.
   *
   * @throws UnknownSchema if it is not registered there
   */
  public int idNow(String subject, Schema schema) {
    int id = sendForId("/subjects/" + encoded(subject), schema, subject);
    ids.computeIfAbsent(subject, s -> new ConcurrentHashMap<>()).put(schema, id);
    return id;
  }

  /**
   * The schema of a subject that says that it is this version of its type, with its id, whatever
   * number the registry gave it; the newest are looked at first.
   *
   * @throws UnknownSchema if the subject has none that says so
   */
  public Registered ofVersion(String subject, int version) {
    JsonNode numbers =
        send("GET", "/subjects/" + encoded(subject) + "/versions", "", "schema of " + subject);
    if (!numbers.isArray()) {
      throw new RegistryUnavailable(
          "the registry at " + shown + " answered without the versions of " + subject, null);
    }
    for (int i = numbers.size() - 1; i >= 0; i--) {
      Registered registered = registered(subject, numbers.get(i).asText());
      if (registered.schema().getObjectProp("accrual.version") instanceof Number said
          && said.intValue() == version) {
        return registered;
      }
    }
    throw new UnknownSchema(
        "the registry at %s has no version %d of %s".formatted(shown, version, subject));
  }

  /** What is wrong with the registry now; empty if it answers. Takes at most a second. */
  public Optional<String> trouble() {
    try {
      Answer response = exchange(request("GET", "/schemas/types", ""), PROBE_TIMEOUT);
      return response.status() == 200
          ? Optional.empty()
          : Optional.of("the registry at " + shown + " answered " + response.status());
    } catch (RegistryUnavailable away) {
      return Optional.of(String.valueOf(away.getMessage()));
    }
  }

  /**
   * Returns the Avro schema with an id, as it was registered.
   *
   * @throws UnknownSchema if there is none: the id is not registered, or is that of a JSON or
   *     Protobuf schema, or of one that is larger than 4 MiB
   */
  public Schema byId(int id) {
    Schema known = schemas.get(id);
    if (known == null) {
      known = avro(send("GET", "/schemas/ids/" + id, "", "schema id " + id), id);
      schemas.put(id, known);
    }
    return known;
  }

  private Schema avro(JsonNode answer, int id) {
    JsonNode text = answer.path("schema");
    if (!text.isTextual()) {
      throw new RegistryUnavailable(
          "the registry at " + shown + " answered without a schema for id " + id, null);
    }
    try {
      return new Schema.Parser().parse(text.textValue());
    } catch (AvroRuntimeException notAvro) {
      throw new UnknownSchema(
          "schema id %d in the registry at %s is not Avro, but %s"
              .formatted(id, shown, answer.path("schemaType").asText("unreadable")));
    }
  }

  /**
   * The newest version registered under a subject; asked for each time.
   *
   * @throws UnknownSchema if the subject has none
   */
  public Registered latest(String subject) {
    return registered(subject, "latest");
  }

  private Registered registered(String subject, String number) {
    JsonNode answer =
        send(
            "GET",
            "/subjects/%s/versions/%s".formatted(encoded(subject), encoded(number)),
            "",
            "schema of " + subject);
    JsonNode id = answer.path("id");
    if (!id.canConvertToInt() || !answer.path("schema").isTextual()) {
      throw new RegistryUnavailable(
          "the registry at " + shown + " answered without a schema for " + subject, null);
    }
    try {
      return new Registered(
          id.intValue(), new Schema.Parser().parse(answer.path("schema").textValue()));
    } catch (AvroRuntimeException notAvro) {
      throw new UnknownSchema(
          "the schema of " + subject + " in the registry at " + shown + " is not Avro");
    }
  }

  /**
   * Registers a schema under a subject; the same schema again gives the same id.
   *
   * @throws IncompatibleSchema if the subject's compatibility rule forbids it
   */
  public int register(String subject, Schema schema) {
    return sendForId("/subjects/" + encoded(subject) + "/versions", schema, subject);
  }

  /** Sets the rule that new schemas of a subject must keep, such as {@code FULL_TRANSITIVE}. */
  public void compatibility(String subject, String level) {
    send(
        "PUT",
        "/config/" + encoded(subject),
        object("compatibility", level),
        "compatibility of " + subject);
  }

  private int sendForId(String path, Schema schema, String subject) {
    JsonNode id = send("POST", path, body(schema), "schema of " + subject).path("id");
    if (!id.canConvertToInt() || id.intValue() < 0) {
      throw new RegistryUnavailable("the registry at " + shown + " answered without an id", null);
    }
    return id.intValue();
  }

  private JsonNode send(String method, String path, String body, String what) {
    Answer response = exchange(request(method, path, body), timeout);
    if (response.tooLarge()) {
      throw new UnknownSchema(
          "the registry at " + shown + " answered more than 4 MiB for the " + what);
    }
    return switch (response.status()) {
      case 200 -> parsed(response.body());
      case 404 -> throw absent(response.body(), what);
      case 409, 422 ->
          throw new IncompatibleSchema("the registry refused the " + what + ": " + response.body());
      default ->
          throw new RegistryUnavailable(
              "the registry at " + shown + " answered " + response.status() + " for the " + what,
              response.status());
    };
  }

  /** Only a registry says so with a code of its own; a 404 of anything else is not its word. */
  private RuntimeException absent(String body, String what) {
    return parsed(body).path("error_code").asInt() / 100 == 404
        ? new UnknownSchema("the registry at " + shown + " has no " + what)
        : new RegistryUnavailable(
            "the registry at "
                + shown
                + " answered 404 for the "
                + what
                + ", not as a registry does",
            404);
  }

  private HttpRequest request(String method, String path, String body) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .header("Content-Type", CONTENT_TYPE)
        .header("Accept", CONTENT_TYPE)
        .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
        .build();
  }

  /**
   * Returns the whole answer within the time: a client's own timeout ends with the headers. On a
   * thread of its own and not by sendAsync, whose answers come on the common pool: that has one
   * thread on a machine with two cores, and work that blocks it would make the registry look away.
   */
  private Answer exchange(HttpRequest request, Duration atMost) {
    var answer = new FutureTask<>(() -> whole(request));
    Thread.ofVirtual().name("schema-registry").start(answer);
    try {
      return answer.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException away) {
      throw new RegistryUnavailable(
          "the registry at " + shown + " does not answer: " + away.getCause(), away);
    } catch (TimeoutException slow) {
      throw new RegistryUnavailable(
          "the registry at %s does not answer within %d ms".formatted(shown, atMost.toMillis()),
          slow);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new RegistryUnavailable("interrupted while the registry was asked", interrupted);
    } finally {
      answer.cancel(true);
    }
  }

  private Answer whole(HttpRequest request) throws IOException, InterruptedException {
    HttpResponse<InputStream> response = http.send(request, BodyHandlers.ofInputStream());
    try (InputStream body = response.body()) {
      byte[] bytes = body.readNBytes(MAX_ANSWER_BYTES + 1);
      return new Answer(
          response.statusCode(),
          new String(bytes, StandardCharsets.UTF_8),
          bytes.length > MAX_ANSWER_BYTES);
    }
  }

  private record Answer(int status, String body, boolean tooLarge) {}

  private JsonNode parsed(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException notJson) {
      throw new RegistryUnavailable(
          "the registry at " + shown + " answered with something that is not JSON", notJson);
    }
  }

  private static String body(Schema schema) {
    return object("schema", schema.toString());
  }

  private static String object(String name, String value) {
    return JSON.createObjectNode().put(name, value).toString();
  }

  private static String encoded(String subject) {
    return URLEncoder.encode(subject, StandardCharsets.UTF_8);
  }
}
