package org.accrual.intake;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.accrual.intake", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule theIntakeKnowsContractsAndTheRuntimeOnly =
      classes()
          .should()
          .onlyDependOnClassesThat(
              not(resideInAPackage("org.accrual.."))
                  .or(
                      resideInAnyPackage(
                          "org.accrual.intake..",
                          "org.accrual.contract..",
                          "org.accrual.event..",
                          "org.accrual.runtime..")));
}
