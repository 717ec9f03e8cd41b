package cn.yichuang.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceGateTest {

  private static final String DMN = """
      <?xml version="1.0" encoding="UTF-8"?>
      <definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:camunda="http://camunda.org/schema/1.0/dmn"
          id="d" name="d" namespace="n" %s>
        <decision id="fee" name="Fee" camunda:historyTimeToLive="30">
          <decisionTable id="t" hitPolicy="FIRST">
            <input id="i"><inputExpression id="e" typeRef="number" %s><text>staff</text></inputExpression></input>
            <output id="o" name="fee" typeRef="number"/>
            <rule id="r"><inputEntry id="x"><text>%s</text></inputEntry><outputEntry id="y"><text>5</text></outputEntry></rule>
          </decisionTable>%s
        </decision>
      </definitions>""";

  @Test
  void lets_a_feel_table_through() {
    assertThat(dmn("", "expressionLanguage=\"FEEL\"", "&lt; 10", "")).isNull();
    assertThat(dmn("expressionLanguage=\"https://www.omg.org/spec/DMN/20191111/FEEL/\"", "", "[1..5]", "")).isNull();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', nullValues = "-", value = {
      "expressionLanguage=\"groovy\" | | 1 | | FEEL",
      " | expressionLanguage=\"juel\" | 1 | | FEEL",
      " | expressionLanguage=\"javascript\" | 1 | | FEEL",
      " | | ${x} | | JUEL",
      " | | function(a) external {java: 1} | | functions",
      " | | 1 | <context/> | context",
      " | | 1 | <evil xmlns=\"http://example.org\"/> | evil"})
  void refuses_other_languages_and_elements(String root, String input, String entry, String more, String reason) {
    assertThat(dmn(text(root), text(input), entry, text(more))).contains(reason);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a.groovy", "a.cmmn", "a.bpmn20.xml", "../a.bpmn", "/a.bpmn", "a b.bpmn", "a.bpmn.js", ".bpmn"})
  void refuses_other_files(String name) {
    assertThat(ResourceGate.refusal(name, bytes("<a/>"))).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "<!DOCTYPE a [<!ENTITY x \"y\">]><a/> | DOCTYPE",
      "<!doctype a><a/> | DOCTYPE",
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a/> | UTF-8",
      "<a xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"x\"/></a> | XInclude",
      "<a xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"n http://10.0.0.1/x.xsd\"/> | schemaLocation",
      "<a xmlns:s=\"http://www.w3.org/2001/XMLSchema-instance\" s:noNamespaceSchemaLocation=\"http://10.0.0.1/x\"/> | SchemaLocation",
      "<a> | well-formed", "<a b=\"&x;\"/> | well-formed"})
  void refuses_what_acts_while_it_is_parsed(String xml, String reason) {
    assertThat(ResourceGate.refusal("a.bpmn", bytes(xml))).contains(reason);
  }

  @Test
  void refuses_what_is_too_big_too_deep_or_not_utf8() {
    assertThat(ResourceGate.refusal("a.bpmn", new byte[ResourceGate.MAX_BYTES + 1])).contains("larger");
    assertThat(ResourceGate.refusal("a.bpmn", bytes("<a>".repeat(65) + "</a>".repeat(65)))).contains("deeper");
    assertThat(ResourceGate.refusal("a.bpmn", bytes("<a>".repeat(64) + "</a>".repeat(64)))).isNull();
    assertThat(ResourceGate.refusal("a.bpmn", "<a/>".getBytes(StandardCharsets.UTF_16))).contains("UTF-8");
    assertThat(ResourceGate.refusal("a.bpmn", new byte[] {'<', 'a', (byte) 0xc3, '/', '>'})).contains("UTF-8");
  }

  private static String dmn(String root, String input, String entry, String more) {
    return ResourceGate.refusal("rules/fee.dmn", bytes(DMN.formatted(root, input, entry, more)));
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
