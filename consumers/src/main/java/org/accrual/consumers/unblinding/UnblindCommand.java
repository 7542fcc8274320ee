package org.accrual.consumers.unblinding;

import java.io.PrintStream;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.accrual.consumers.database.CommandDatabase;
import org.accrual.consumers.participant.Attempt;
import org.accrual.consumers.unblinding.EmergencyUnblinding.Outcome;
import org.accrual.runtime.Correlation;
import org.accrual.runtime.Settings;
import org.accrual.runtime.blinding.SealBroken;
import org.accrual.runtime.blinding.Unseal;

/**
 * The command line for unblinding without any running process. {@code unblind ENROLLMENT NAME
 * REASON} records and discloses as EmergencyUnblindingService does, with the database alone; {@code
 * open-arm ENROLLMENT ATTEMPT SEALED} opens a value of {@code randomization.allocation.sealed_arm},
 * without a database. Both take the installation's or the escrow's key from {@code
 * accrual.blinding.private-key}.
 */
public final class UnblindCommand {
  private static final String USAGE =
      "usage: unblind ENROLLMENT NAME REASON | open-arm ENROLLMENT ATTEMPT SEALED_IN_HEXADECIMAL";
  private static final int FAILED = 1;
  private static final int WRONG_USE = 64;
  private static final Correlation NONE = new Correlation("", "", "");

  private UnblindCommand() {}

  /** Returns the exit code: 0, 1 if the arm cannot be disclosed, 64 for a wrong use. */
  public static int run(List<String> words, Settings settings, PrintStream out, PrintStream err) {
    if (words.size() != 4 || words.stream().anyMatch(String::isBlank)) {
      return wrongUse(err);
    }
    try {
      UUID enrollment = UUID.fromString(words.get(1));
      Unseal unseal = Unseal.read(settings);
      if (words.getFirst().equals("open-arm")) {
        Attempt attempt = new Attempt(enrollment, Integer.parseInt(words.get(2)));
        byte[] sealed = HexFormat.of().parseHex(words.get(3).replaceFirst("^\\\\x", ""));
        out.println(unseal.open(sealed, "allocation:" + attempt));
        return 0;
      }
      return CommandDatabase.run(
          settings,
          err,
          database -> unblind(database, unseal, enrollment, words.get(3), words.get(2), out, err));
    } catch (SealBroken e) {
      err.println(e.getMessage());
      return FAILED;
    } catch (IllegalArgumentException e) {
      return wrongUse(err);
    }
  }

  private static int unblind(
      DataSource database,
      Unseal unseal,
      UUID enrollment,
      String reason,
      String name,
      PrintStream out,
      PrintStream err)
      throws SQLException {
    return switch (new EmergencyUnblinding(database, unseal)
        .disclose(enrollment, reason, name, NONE)) {
      case Outcome.NotFound _ -> {
        err.println("there is no enrollment " + enrollment);
        yield FAILED;
      }
      case Outcome.NotRandomized _ -> {
        err.println(
            "enrollment %s is not registered and has received no kit".formatted(enrollment));
        yield FAILED;
      }
      case Outcome.Disclosed disclosed -> {
        out.println("arm_id,study_id,site_id,patient_id,randomization_number,event_id");
        out.println(
            String.join(
                ",",
                disclosed.arm(),
                disclosed.studyId(),
                disclosed.siteId(),
                disclosed.patientId(),
                disclosed.number(),
                disclosed.eventId().toString()));
        yield 0;
      }
    };
  }

  private static int wrongUse(PrintStream err) {
    err.println(USAGE);
    return WRONG_USE;
  }
}
