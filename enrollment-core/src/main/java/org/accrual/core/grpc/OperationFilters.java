package org.accrual.core.grpc;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.accrual.core.application.Operation.Stage;
import org.accrual.core.application.OperationFilter;
import org.accrual.runtime.grpc.Errors;

/**
 * Parses the filters of ListOperations, a part of AIP-160: {@code field = value} joined by {@code
 * AND}, where field is {@code done}, {@code metadata.stage}, {@code metadata.study_id}, {@code
 * metadata.site_id}, {@code metadata.patient_id} or {@code metadata.enrollment_id}, each at most
 * once; {@code site_id} and {@code patient_id} only together with {@code study_id}. Example: {@code
 * done = false AND metadata.study_id = "S1"}.
 */
final class OperationFilters {
  private static final int MAX_LENGTH = 1000;
  private static final Pattern TERM =
      Pattern.compile("([a-z_.]{1,40})\\s*=\\s*(?:\"([^\"]*)\"|([A-Za-z0-9._:-]+))");
  private static final String ALLOWED =
      "must be FIELD = VALUE joined by AND, with the fields done, metadata.stage,"
          + " metadata.study_id, metadata.site_id, metadata.patient_id, metadata.enrollment_id,"
          + " each at most once";

  private OperationFilters() {}

  /**
   * Returns the parsed filter.
   *
   * @throws io.grpc.StatusRuntimeException INVALID_ARGUMENT if it is not of this form
   */
  static OperationFilter parse(String filter) {
    if (filter.length() > MAX_LENGTH) {
      throw Errors.invalid("filter", "must have at most %d characters".formatted(MAX_LENGTH));
    }
    Map<String, String> terms = terms(filter);
    OperationFilter parsed =
        new OperationFilter(
            Optional.ofNullable(terms.remove("done")).map(OperationFilters::flag),
            Optional.ofNullable(terms.remove("metadata.stage")).map(OperationFilters::stage),
            Optional.ofNullable(terms.remove("metadata.study_id")),
            Optional.ofNullable(terms.remove("metadata.site_id")),
            Optional.ofNullable(terms.remove("metadata.patient_id")),
            Optional.ofNullable(terms.remove("metadata.enrollment_id"))
                .map(OperationFilters::uuid));
    if (!terms.isEmpty()) {
      throw Errors.invalid("filter", ALLOWED);
    }
    if (parsed.studyId().isEmpty()
        && (parsed.siteId().isPresent() || parsed.patientId().isPresent())) {
      throw Errors.invalid(
          "filter", "metadata.site_id and metadata.patient_id need metadata.study_id");
    }
    return parsed;
  }

  private static Map<String, String> terms(String filter) {
    Map<String, String> terms = new HashMap<>();
    if (filter.isBlank()) {
      return terms;
    }
    for (String text : filter.split("\\s+AND\\s+", -1)) {
      Matcher term = TERM.matcher(text.strip());
      if (!term.matches()) {
        throw Errors.invalid("filter", ALLOWED);
      }
      String value = term.group(2) == null ? term.group(3) : term.group(2);
      if (terms.put(term.group(1), value) != null) {
        throw Errors.invalid("filter", ALLOWED);
      }
    }
    return terms;
  }

  private static boolean flag(String value) {
    return switch (value) {
      case "true" -> true;
      case "false" -> false;
      default -> throw Errors.invalid("filter", "done must be true or false");
    };
  }

  /** By code, or by the name of the enum's value. */
  private static Stage stage(String value) {
    String code =
        value.replaceFirst("^ENROLLMENT_STAGE_", "").replace('_', '-').toLowerCase(Locale.ROOT);
    return Stage.ofCode(code)
        .orElseThrow(() -> Errors.invalid("filter", "metadata.stage must be an EnrollmentStage"));
  }

  private static UUID uuid(String value) {
    try {
      return UUID.fromString(value);
    } catch (IllegalArgumentException notAUuid) {
      throw Errors.invalid("filter", "metadata.enrollment_id must be a UUID");
    }
  }
}
