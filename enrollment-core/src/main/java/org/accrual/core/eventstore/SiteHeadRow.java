package org.accrual.core.eventstore;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.time.ZoneId;
import org.accrual.core.application.SiteRecord;
import org.accrual.core.domain.site.SiteId;
import org.accrual.core.domain.site.SiteState;
import org.hibernate.annotations.Immutable;
import org.jspecify.annotations.NullUnmarked;

/** A row of {@code enrollment.site_head}; written by the SQL function beside the events. */
@Entity
@Immutable
@Table(name = "site_head")
@IdClass(SiteHeadRow.Key.class)
@NullUnmarked // Hibernate fills it
class SiteHeadRow {
  @Id
  @Column(name = "study_id")
  String studyId;

  @Id
  @Column(name = "site_id")
  String siteId;

  boolean active;
  int capacity;

  @Column(name = "time_zone")
  String timeZone;

  long version;

  record Key(String studyId, String siteId) implements Serializable {}

  SiteRecord site() {
    ZoneId zone = ZoneId.of(timeZone);
    return new SiteRecord(
        new SiteId(studyId, siteId),
        active ? new SiteState.Active(capacity, zone) : new SiteState.Inactive(capacity, zone),
        version);
  }
}
