package org.accrual.consumers.projection;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.accrual.intake.Message;

/**
 * A batch folded to one change a row, so that each row is written once however many events it has.
 */
record Fold(Collection<EnrollmentChange> enrollments, Collection<SiteChange> sites) {

  static Fold of(List<Message> messages) {
    Map<String, EnrollmentChange> enrollments = new LinkedHashMap<>();
    Map<SiteChange.Site, SiteChange> sites = new LinkedHashMap<>();
    for (Message message : messages) {
      switch (Change.of(message)) {
        case EnrollmentChange change ->
            enrollments.merge(change.subject().enrollmentId(), change, EnrollmentChange::then);
        case SiteChange change -> sites.merge(change.site(), change, SiteChange::then);
        case Change.None _ -> {}
      }
    }
    return new Fold(enrollments.values(), sites.values());
  }
}
