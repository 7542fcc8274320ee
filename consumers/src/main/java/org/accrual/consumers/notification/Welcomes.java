package org.accrual.consumers.notification;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.accrual.consumers.database.Columns;
import org.accrual.event.enrollment.EnrollmentConfirmed;
import org.accrual.intake.Effects;
import org.accrual.intake.Message;

/** Records what is to be sent for each confirmed enrollment; sends nothing. */
final class Welcomes implements Effects {
  private static final String RECORD =
      """
      insert into notification.message
             (event_id, channel, template, study_id, site_id, enrollment_id, patient_id, state,
              reason, message_id, due_at, correlation_id, event_time, traceparent)
      select event_id, channel, ?, study_id, site_id, enrollment_id, patient_id,
             case when reason is null then 'intended' else 'skipped' end, reason,
             case channel when 'email' then format('<%s.email@%s>', event_id, ?)
                          else event_id || '.text' end,
             case when reason is null then now() end, correlation_id, event_time, traceparent
        from (select e.*, c.channel,
                     case when e.event_time < now() - ? * interval '1 second' then 'TOO_OLD'
                          when c.channel = 'text' and not ? then 'NO_GATEWAY'
                          when (case c.channel when 'email' then k.email else k.phone end) is null
                               then 'NO_CONTACT' end as reason
                from unnest(?, ?, ?, ?, ?, ?, ?, ?) as e (event_id, study_id, site_id, enrollment_id,
                                                         patient_id, correlation_id, event_time,
                                                         traceparent)
               cross join (values ('email'), ('text')) as c (channel)
                left join notification.contact k using (study_id, patient_id)) m
      on conflict (event_id, channel) do nothing
      """;

  private final NotificationSettings settings;

  Welcomes(NotificationSettings settings) {
    this.settings = settings;
  }

  @Override
  public void apply(Connection connection, List<Message> messages) throws SQLException {
    record Confirmed(Message message, EnrollmentConfirmed event) {}
    List<Confirmed> confirmed =
        messages.stream()
            .filter(message -> message.body() instanceof EnrollmentConfirmed)
            .map(message -> new Confirmed(message, (EnrollmentConfirmed) message.body()))
            .toList();
    if (confirmed.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(RECORD)) {
      statement.setString(1, Templates.WELCOME);
      statement.setString(2, settings.smtp().domain());
      statement.setLong(3, settings.maxAge().toSeconds());
      statement.setBoolean(4, settings.gateway().isPresent());
      new Columns<>(statement, 4, confirmed)
          .column("uuid", c -> c.message().id())
          .column("text", c -> c.event().getStudyId())
          .column("text", c -> c.event().getSiteId())
          .column("uuid", c -> c.event().getEnrollmentId())
          .column("text", c -> c.event().getPatientId())
          .column("text", c -> c.message().correlation().id())
          .column("timestamptz", c -> c.message().time())
          .column("text", c -> c.message().correlation().traceparent())
          .writeSome();
    }
  }
}
