package org.accrual.runtime.grpc;

import com.google.rpc.Code;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.accrual.api.error.v1.Reason;
import org.accrual.api.error.v1.ReasonOuterClass;
import org.accrual.api.error.v1.ReasonRule;

/** The reasons of errors with their rules, as {@code accrual/error/v1/reason.proto} lists them. */
public final class Reasons {
  private static final String PREFIX = "REASON_";
  private static final Map<String, ReasonRule> RULES =
      Arrays.stream(Reason.values())
          .filter(reason -> reason != Reason.UNRECOGNIZED && reason != Reason.REASON_UNSPECIFIED)
          .collect(
              Collectors.toUnmodifiableMap(
                  reason -> reason.name().substring(PREFIX.length()),
                  reason ->
                      reason
                          .getValueDescriptor()
                          .getOptions()
                          .getExtension(ReasonOuterClass.rule)));

  private Reasons() {}

  /** Returns the code of a reason; empty if the proto does not list it. */
  public static Optional<Code> code(String reason) {
    return Optional.ofNullable(RULES.get(reason)).map(ReasonRule::getCode);
  }

  /** Returns whether the same call may succeed later; false if the proto does not list it. */
  public static boolean isRetryable(String reason) {
    ReasonRule rule = RULES.get(reason);
    return rule != null && rule.getRetryable();
  }
}
