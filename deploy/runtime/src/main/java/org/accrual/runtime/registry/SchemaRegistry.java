package org.accrual.runtime.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
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
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;

/**
 * A client of any registry that speaks Confluent's REST interface. What it has learnt it keeps for
 * the life of the process, since an id never changes its meaning: an outage stops only what is new.
 * Safe for use by many threads. Every call takes at most 5 s and throws {@link RegistryUnavailable}
 * then.
 */
public final class SchemaRegistry {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A schema and the id that it is registered under. */
  public record Registered(int id, Schema schema) {}

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(TIMEOUT).build();
  private final String base;
  private final Map<String, Map<Schema, Integer>> ids = new ConcurrentHashMap<>();
  private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

  /**
   * @param base such as {@code http://127.0.0.1:7600/apis/ccompat/v7}
   */
  public SchemaRegistry(URI base) {
    this.base = base.toString().replaceAll("/+$", "");
  }

  /**
   * The id of a schema registered under a subject.
   *
   * @throws UnknownSchema if it is not registered there
   */
  public int idOf(String subject, Schema schema) {
    Map<Schema, Integer> known = ids.computeIfAbsent(subject, s -> new ConcurrentHashMap<>());
    Integer id = known.get(schema);
    if (id == null) {
      id = sendForId("/subjects/" + encoded(subject), schema, subject);
      known.put(schema, id);
    }
    return id;
  }

  /**
   * The schema with an id, as it was registered.
   *
   * @throws UnknownSchema if there is none
   */
  public Schema byId(int id) {
    Schema known = schemas.get(id);
    if (known == null) {
      JsonNode answer = send("GET", "/schemas/ids/" + id, "", "schema id " + id);
      try {
        known = new Schema.Parser().parse(answer.path("schema").textValue());
      } catch (AvroRuntimeException | NullPointerException notAvro) {
        throw new RegistryUnavailable(
            "the registry answered schema id " + id + " with something that is not Avro", notAvro);
      }
      schemas.put(id, known);
    }
    return known;
  }

  /**
   * The newest version registered under a subject; asked for each time.
   *
   * @throws UnknownSchema if the subject has none
   */
  public Registered latest(String subject) {
    JsonNode answer =
        send(
            "GET",
            "/subjects/" + encoded(subject) + "/versions/latest",
            "",
            "schema of " + subject);
    JsonNode id = answer.path("id");
    if (!id.canConvertToInt() || !answer.path("schema").isTextual()) {
      throw new RegistryUnavailable(
          "the registry at " + base + " answered without a schema for " + subject, null);
    }
    try {
      return new Registered(
          id.intValue(), new Schema.Parser().parse(answer.path("schema").textValue()));
    } catch (AvroRuntimeException notAvro) {
      throw new UnknownSchema(
          "the schema of " + subject + " in the registry at " + base + " is not Avro");
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
      throw new RegistryUnavailable("the registry at " + base + " answered without an id", null);
    }
    return id.intValue();
  }

  private JsonNode send(String method, String path, String body, String what) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(TIMEOUT)
            .header("Content-Type", CONTENT_TYPE)
            .header("Accept", CONTENT_TYPE)
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    HttpResponse<String> response = exchange(request);
    return switch (response.statusCode()) {
      case 200 -> parsed(response.body());
      case 404 -> throw new UnknownSchema("the registry at " + base + " has no " + what);
      case 409, 422 ->
          throw new IncompatibleSchema("the registry refused the " + what + ": " + response.body());
      default ->
          throw new RegistryUnavailable(
              "the registry at " + base + " answered " + response.statusCode() + " for the " + what,
              null);
    };
  }

  private HttpResponse<String> exchange(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException away) {
      throw new RegistryUnavailable("the registry at " + base + " does not answer: " + away, away);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new RegistryUnavailable("interrupted while the registry was asked", interrupted);
    }
  }

  private JsonNode parsed(String body) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException notJson) {
      throw new RegistryUnavailable(
          "the registry at " + base + " answered with something that is not JSON", notJson);
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
