package org.accrual.consumers.randomization;

import java.io.PrintStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.accrual.consumers.database.CommandDatabase;
import org.accrual.runtime.Settings;
import org.accrual.runtime.blinding.Unseal;

/**
 * The command line {@code schedule STUDY NAME REASON}, for the unblinded statistician: records the
 * access, then prints the used part of the study's schedules as CSV and compares it with everything
 * that was recorded. Needs the database and {@code accrual.blinding.private-key}.
 */
public final class ScheduleCommand {
  private static final String USAGE = "usage: schedule STUDY NAME REASON";
  private static final int WRONG_USE = 64;
  private static final String RECORD =
      """
      insert into randomization.schedule_access (study_id, accessed_by, reason)
      select study_id, ?, ? from randomization.study where study_id = ? and version > 0
      """;

  private ScheduleCommand() {}

  /** Returns the exit code: 0, 1 if something differs or cannot be read, 64 for a wrong use. */
  public static int run(List<String> words, Settings settings, PrintStream out, PrintStream err) {
    if (words.size() != 4 || words.stream().anyMatch(String::isBlank)) {
      err.println(USAGE);
      return WRONG_USE;
    }
    Unseal unseal = Unseal.read(settings);
    String study = words.get(1);
    return CommandDatabase.run(
        settings,
        err,
        database -> {
          try (Connection connection = database.getConnection()) {
            if (!record(connection, study, words.get(2), words.get(3))) {
              err.println("randomization does not know study " + study);
              return 1;
            }
            return new ScheduleCheck(unseal, out, err).run(connection, study) == 0 ? 0 : 1;
          }
        });
  }

  private static boolean record(Connection connection, String study, String name, String reason)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(RECORD)) {
      insert.setString(1, name);
      insert.setString(2, reason);
      insert.setString(3, study);
      boolean recorded = insert.executeUpdate() == 1;
      connection.commit();
      return recorded;
    }
  }
}
