package org.accrual.core.domain.enrollment;

import java.util.List;
import java.util.Map;
import org.accrual.core.domain.study.StudyDesign.Factor;

/**
 * The outcome of assessing the study's criteria.
 *
 * @param criteriaVersion of the criteria assessed
 * @param strata the patient's level of each stratification factor
 */
public record Eligibility(boolean eligible, String criteriaVersion, Map<String, String> strata) {
  public Eligibility {
    strata = Map.copyOf(strata);
  }

  /** Whether the strata are exactly the factors, each at one of its levels. */
  boolean fits(List<Factor> factors) {
    return strata.size() == factors.size()
        && factors.stream()
            .allMatch(
                factor ->
                    strata.containsKey(factor.name())
                        && factor.levels().contains(strata.get(factor.name())));
  }
}
