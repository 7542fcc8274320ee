package org.accrual.systemtests;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import javax.tools.ToolProvider;
import org.accrual.contract.EventSchemas;
import org.apache.avro.Schema;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.compiler.specific.SpecificCompiler;
import org.apache.avro.generic.GenericData.StringType;

/**
 * What the next build would have in place of this one's: a schema with one field more, its class,
 * and the history that tells of it. In front on the class path it makes a process one of that
 * build. Makers of the event that do not know the field yet fill it, as the mapper of that build
 * would.
 */
final class NextVersion {
  static final String FIELD = "asked_through";
  static final String VALUE = "API";

  private final Schema schema;
  private final Path folder;

  private NextVersion(Schema schema, Path folder) {
    this.schema = schema;
    this.folder = folder;
  }

  static NextVersion of(String type, Path folder) throws IOException {
    Schema today = Objects.requireNonNull(EventSchemas.current().get(type));
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(today.toString());
    json.put("accrual.version", EventSchemas.versionOf(today) + 1);
    ((ArrayNode) json.get("fields"))
        .addObject()
        .put("name", FIELD)
        .put("type", "string")
        .put("default", "");
    NextVersion next = new NextVersion(new Schema.Parser().parse(json.toString()), folder);
    next.writeHistory(type);
    next.compile(today);
    return next;
  }

  int version() {
    return EventSchemas.versionOf(schema);
  }

  Path folder() {
    return folder;
  }

  private void writeHistory(String type) throws IOException {
    Path history = Files.createDirectories(folder.resolve("history").resolve(type));
    Files.writeString(
        history.resolve(version() + ".avsc"), SchemaFormatter.format("json/pretty", schema));
    StringBuilder releases = new StringBuilder();
    EventSchemas.released()
        .forEach(
            released ->
                releases.append(
                    "%s %d%n"
                        .formatted(
                            EventSchemas.typeOf(released), EventSchemas.versionOf(released))));
    releases.append("%s %d%n".formatted(type, version()));
    Files.writeString(folder.resolve("history/RELEASES"), releases);
  }

  private void compile(Schema today) throws IOException {
    Path sources = Files.createDirectories(folder.resolve("sources"));
    SpecificCompiler compiler = new SpecificCompiler(schema);
    compiler.setStringType(StringType.String);
    compiler.setCreateSetters(false);
    compiler.setFieldVisibility(SpecificCompiler.FieldVisibility.PRIVATE);
    compiler.compileToDestination(null, sources.toFile());
    Path source = sources.resolve(schema.getFullName().replace('.', File.separatorChar) + ".java");
    Files.writeString(source, withTodaysConstructor(Files.readString(source), today));
    int failed =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-nowarn",
                "-d",
                folder.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                source.toString());
    if (failed != 0) {
      throw new IllegalStateException("the next version's class does not compile: " + source);
    }
  }

  /** What makes the event was compiled for today's fields, all of them texts. */
  private String withTodaysConstructor(String source, Schema today) {
    List<String> names = today.getFields().stream().map(Schema.Field::name).toList();
    String parameters = String.join(", ", names.stream().map(n -> "String " + n).toList());
    String constructor =
        "  public %s(%s) {\n    this(%s, \"%s\");\n  }\n"
            .formatted(schema.getName(), parameters, String.join(", ", names), VALUE);
    int end = source.lastIndexOf('}');
    return source.substring(0, end) + constructor + source.substring(end);
  }

  /** The class path of a process with this in front. */
  String before(String classPath) {
    return folder + File.pathSeparator + classPath;
  }
}
