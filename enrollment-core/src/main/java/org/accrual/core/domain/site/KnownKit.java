package org.accrual.core.domain.site;

/** A kit that the study has, and the site that received it. */
public record KnownKit(String siteId, KitState state) {}
