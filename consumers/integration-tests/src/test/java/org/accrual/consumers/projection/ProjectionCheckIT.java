package org.accrual.consumers.projection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.accrual.consumers.Messages;
import org.accrual.consumers.participant.ParticipantDatabase;
import org.accrual.consumers.rebuild.RebuildCommand;
import org.accrual.contract.EventSchemas;
import org.accrual.contract.Topics;
import org.accrual.event.site.SiteActivated;
import org.accrual.fixtures.EnrollmentStory;
import org.accrual.fixtures.EventEncoding;
import org.accrual.intake.Message;
import org.accrual.runtime.Settings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The command {@code check}: the projection against the fold of the event store. */
class ProjectionCheckIT {
  private static final Instant TIME = Instant.parse("2026-03-04T05:06:07Z");
  private static final int WIRE_PREFIX = 5;

  private final ParticipantDatabase database = new ParticipantDatabase();

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void whatIsNotAsTheEventsSayIsFound() throws Exception {
    EnrollmentStory whole = EnrollmentStory.onStudy("study", "site");
    EnrollmentStory behind = EnrollmentStory.onStudy("study", "site");
    told("enrollment", Messages.of(whole, TIME), 5);
    // Not all of its events have been applied yet, which is no fault.
    told("enrollment", Messages.of(behind, TIME), 3);
    SiteActivated opened = new SiteActivated("study", "site", 5, "UTC");
    told("site", List.of(Messages.of(Topics.SITE_EVENTS, "study/site", 1, TIME, opened)), 1);

    assertThat(check()).isEqualTo("0: 3 rows compared with the fold of their events, 0 differ");

    String change = "update projection.enrollment set site_id = 'other' where enrollment_id = '%s'";
    database.execute(change.formatted(whole.id));
    assertThat(check())
        .startsWith("1: " + whole.id + ": is EnrollmentRow[")
        .endsWith("3 rows compared with the fold of their events, 1 differ");

    // A row that nobody's events account for, and events without their row.
    database.execute(
        "update projection.site set site_id = 'elsewhere', stream = 'study/elsewhere'");
    assertThat(check())
        .contains("study/site: is null, its events say SiteRow[")
        .contains("study/elsewhere: is there, and the event store has no such stream")
        .endsWith("3 differ");
  }

  @Test
  void aWrongWordIsToldHowItIsUsed() {
    assertThat(run("chekc")).startsWith("64: usage: ");
  }

  /** In the event store, and in the projection up to a version. */
  private void told(String streamType, List<Message> messages, int applied) throws Exception {
    Message first = messages.getFirst();
    try (Connection connection = database.source().getConnection();
        PreparedStatement event =
            connection.prepareStatement(
                "insert into enrollment.event values (?, ?, ?, ?, ?, ?, ?, '{}', ?)")) {
      for (Message message : messages) {
        byte[] written = EventEncoding.value(0, message.body());
        event.setString(1, streamType);
        event.setString(2, message.stream().key());
        event.setLong(3, message.version());
        event.setObject(4, message.id());
        event.setString(5, message.type());
        event.setInt(6, EventSchemas.versionOf(message.body().getSchema()));
        event.setBytes(7, Arrays.copyOfRange(written, WIRE_PREFIX, written.length));
        event.setObject(8, OffsetDateTime.ofInstant(message.time(), ZoneOffset.UTC));
        event.addBatch();
      }
      event.executeBatch();
      connection.commit();
    }
    database.apply(
        new Projection("projection"), messages.subList(0, applied).toArray(Message[]::new));
    database.execute(
        "insert into projection.applied values ('%s', '%s', %d)"
            .formatted(first.stream().topic(), first.stream().key(), applied));
  }

  private String check() {
    return run("check");
  }

  /** Its exit code and what it said. */
  private String run(String word) {
    Map<String, String> settings =
        Map.of("accrual.database.url", database.url(), "accrual.database.user", "postgres");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
    int exit =
        RebuildCommand.run(
            List.of(word), Settings.of(key -> Optional.ofNullable(settings.get(key))), out, out);
    return exit + ": " + said.toString(StandardCharsets.UTF_8).strip();
  }
}
