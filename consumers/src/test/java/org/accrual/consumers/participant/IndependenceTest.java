package org.accrual.consumers.participant;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "org.accrual.consumers", importOptions = DoNotIncludeTests.class)
class IndependenceTest {

  @ArchTest
  static final ArchRule participantsTalkThroughTopicsOnly =
      slices()
          .matching("org.accrual.consumers.(capacity|randomization|supply)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule whatTheyShareKnowsNoneOfThem =
      noClasses()
          .that()
          .resideInAPackage("org.accrual.consumers.participant..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.accrual.consumers.capacity..",
              "org.accrual.consumers.randomization..",
              "org.accrual.consumers.supply..");

  @ArchTest
  static final ArchRule capacityNeverHoldsAKey =
      noClasses()
          .that()
          .resideInAPackage("org.accrual.consumers.capacity..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.accrual.runtime.blinding..")
          .orShould()
          .dependOnClassesThat()
          .areAssignableTo(Blind.class);
}
