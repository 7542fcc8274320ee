package org.accrual.consumers.notification;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.accrual.consumers.database.EffectsPool;
import org.jspecify.annotations.Nullable;

/** {@code notification.contact}. What is written here is encrypted already. */
@ApplicationScoped
class ContactTable {
  private static final String SET =
      """
      insert into notification.contact (patient_id, email, phone, set_by, set_at)
      values (?, ?, ?, ?, now())
      on conflict (patient_id) do update set
             email = excluded.email, phone = excluded.phone, set_by = excluded.set_by,
             set_at = excluded.set_at
      """;
  private static final String REMOVE = "delete from notification.contact where patient_id = ?";

  private final DataSource database;

  @Inject
  ContactTable(@EffectsPool DataSource database) {
    this.database = database;
  }

  /** In place of what was set before; two nulls remove it. */
  void set(String patientId, byte @Nullable [] email, byte @Nullable [] phone, String actor)
      throws SQLException {
    boolean remove = email == null && phone == null;
    try (Connection connection = database.getConnection();
        PreparedStatement statement = connection.prepareStatement(remove ? REMOVE : SET)) {
      NotificationConsumer.ROLE.take(connection);
      statement.setString(1, patientId);
      if (!remove) {
        statement.setBytes(2, email);
        statement.setBytes(3, phone);
        statement.setString(4, actor);
      }
      statement.executeUpdate();
      connection.commit();
    }
  }
}
