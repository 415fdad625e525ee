package dev.chaperone.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which package may know which: the directions between modules are the build's, those within are told here. */
class ArchitectureTest {
    private static final String GUARDRAIL = "dev.chaperone.guardrail.";

    private static final String CONTROLLER = "dev.chaperone.controller.";

    private static JavaClasses all;

    @BeforeAll
    static void read() {
        all = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("dev.chaperone");
    }

    static Stream<ArchRule> rules() {
        return Stream.of(
                slices().matching("dev.chaperone.(**)").should().beFreeOfCycles(),
                classes().that().resideInAPackage("dev.chaperone.config..").should().onlyDependOnClassesThat()
                        .resideInAnyPackage("dev.chaperone.config..", "java..", "com.fasterxml.jackson..",
                                "org.jspecify.."),
                classes().that().resideInAnyPackage(GUARDRAIL + "engine..", GUARDRAIL + "json..").should()
                        .onlyDependOnClassesThat()
                        .resideInAnyPackage(GUARDRAIL + "engine..", GUARDRAIL + "json..", "dev.chaperone.config..",
                                "dev.cel..", "com.google..", "com.fasterxml.jackson..", "java..", "org.jspecify..")
                        .as("The engine and its values know nothing of HTTP, files or clocks"),
                noClasses().that()
                        .resideInAnyPackage(GUARDRAIL + "engine..", GUARDRAIL + "mcp..", "dev.chaperone.policy..")
                        .should().dependOnClassesThat().haveNameMatching(
                                "java\\.nio\\.file\\..*|java\\.net\\.(Socket|HttpURL).*|java\\.time\\.Clock|java\\.io\\.File.*")
                        .as("What is pure reads no file, no socket and no clock"),
                noClasses().that().resideInAPackage(GUARDRAIL + "mcp..").should().dependOnClassesThat()
                        .resideInAnyPackage("io.netty..", GUARDRAIL + "proxy..", GUARDRAIL + "engine..",
                                GUARDRAIL + "telemetry..", GUARDRAIL + "state..")
                        .as("The protocol is bytes and headers, whatever carries them"),
                noClasses().that().resideOutsideOfPackages(GUARDRAIL + "proxy..", GUARDRAIL + "telemetry..",
                        "dev.chaperone.guardrail")
                        .should().dependOnClassesThat().resideInAPackage("io.netty..")
                        .as("Netty stays at the edge"),
                noClasses().that().resideInAPackage("dev.chaperone.guardrail..").should().dependOnClassesThat()
                        .resideInAnyPackage("dev.cel.parser..", "dev.cel.checker..", "dev.cel.compiler..",
                                "io.fabric8..",
                                "dev.chaperone.api..", "dev.chaperone.policy..")
                        .as("A guardrail neither parses nor checks CEL and knows no Kubernetes"),
                noClasses().that().resideInAnyPackage("dev.chaperone.config..", "dev.chaperone.guardrail..").should()
                        .dependOnClassesThat()
                        .haveNameMatching(
                                "com\\.fasterxml\\.jackson\\.databind\\.(?!node\\.|JsonNode$|SerializerProvider$).*")
                        .as("A guardrail has Jackson's trees and streams, never its mapping of objects"),
                noClasses().that().resideOutsideOfPackage("dev.chaperone.cli.demo..").and()
                        .haveNameNotMatching("dev\\.chaperone\\.cli\\.Demo\\w*Command").should().dependOnClassesThat()
                        .resideInAPackage("dev.chaperone.cli.demo..")
                        .as("Nothing but its commands know the demonstration"),
                noClasses().that()
                        .resideInAnyPackage(
                                "dev.chaperone.injection..", CONTROLLER + "fleet..", CONTROLLER + "plan..",
                                CONTROLLER + "census..", CONTROLLER + "status..")
                        .should().dependOnClassesThat().haveNameMatching(
                                "io\\.fabric8\\.kubernetes\\.client\\.(?!utils\\.Serialization).*"
                                        + "|io\\.javaoperatorsdk\\..*|java\\.nio\\.file\\..*|java\\.time\\.Clock")
                        .as("What is planned and said depends on what was read alone, and on no cluster or clock"),
                noClasses().that().resideInAPackage(CONTROLLER + "channel..").should().dependOnClassesThat()
                        .resideInAnyPackage(
                                CONTROLLER + "plan..", CONTROLLER + "planned..", CONTROLLER + "view..",
                                CONTROLLER + "reconciler..", CONTROLLER + "status..", "io.javaoperatorsdk..")
                        .as("The channel serves what it is given, however that was planned"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"admission", "api", "cli", "config", "controller", "guardrail", "images", "injection",
            "operator", "policy"})
    void sees(String module) {
        assertThat(all).anyMatch(
                known -> (known.getPackageName() + ".").startsWith("dev.chaperone." + module + "."));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void holds(ArchRule rule) {
        rule.check(all);
    }
}
