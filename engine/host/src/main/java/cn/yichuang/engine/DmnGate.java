package cn.yichuang.engine;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import javax.xml.stream.XMLStreamReader;

/**
 * Decision tables in FEEL and nothing else: no other expression language, no functions (FEEL's external ones
 * call Java), no text that JUEL would evaluate.
 */
final class DmnGate implements XmlCheck.Reader {

  private static final Pattern DMN_NAMESPACE =
      Pattern.compile("https?://www\\.omg\\.org/spec/(DMN/[^\\s]*|DD/[^\\s]*)");
  private static final Set<String> EXTENSIONS = Set.of("http://camunda.org/schema/1.0/dmn",
      "http://operaton.org/schema/1.0/dmn");
  private static final Set<String> TOOL_NAMESPACES = Set.of("http://bpmn.io/schema/dmn/biodi/1.0",
      "http://bpmn.io/schema/dmn/biodi/2.0", "http://camunda.org/schema/modeler/1.0");
  private static final Set<String> EXTENSION_ATTRIBUTES =
      Set.of("historyTimeToLive", "versionTag", "inputVariable");
  private static final Set<String> ELEMENTS = Set.of("definitions", "decision", "decisionTable", "description",
      "extensionElements", "input", "inputExpression", "inputValues", "output", "outputValues", "defaultOutputEntry",
      "rule", "inputEntry", "outputEntry", "annotation", "annotationEntry", "text", "variable", "question",
      "allowedAnswers", "inputData", "knowledgeSource", "authorityRequirement", "requiredAuthority",
      "informationRequirement", "requiredInput", "requiredDecision", "literalExpression", "textAnnotation",
      "association", "sourceRef", "targetRef", "type");
  private static final Set<String> LANGUAGE_ATTRIBUTES = Set.of("expressionlanguage", "typelanguage");
  private static final Pattern FEEL =
      Pattern.compile("(?i)feel|https?://www\\.omg\\.org/spec/(DMN/\\d+/FEEL/?|FEEL/\\d+)");
  private static final Pattern FUNCTION = Pattern.compile("\\bfunction\\s*\\(");

  @Override
  public String element(XMLStreamReader xml) {
    String namespace = String.valueOf(xml.getNamespaceURI());
    String tag = xml.getLocalName();
    boolean layout = namespace.contains("/DMNDI/") || namespace.contains("/DD/") || namespace.contains("/DI/")
        || namespace.contains("/DC/") || TOOL_NAMESPACES.contains(namespace);
    if (!layout && !(DMN_NAMESPACE.matcher(namespace).matches() && ELEMENTS.contains(tag))) {
      return "element '" + tag + "' is not allowed in a decision table";
    }
    for (int i = 0; i < xml.getAttributeCount(); i++) {
      String name = xml.getAttributeLocalName(i);
      String value = xml.getAttributeValue(i);
      if (LANGUAGE_ATTRIBUTES.contains(name.toLowerCase(Locale.ROOT)) && !value.isEmpty()
          && !FEEL.matcher(value).matches()) {
        return "the only expression language allowed is FEEL";
      }
      String attributeNamespace = String.valueOf(xml.getAttributeNamespace(i));
      if (EXTENSIONS.contains(attributeNamespace) && !EXTENSION_ATTRIBUTES.contains(name)) {
        return "attribute camunda:" + name + " is not allowed";
      }
      String fault = text(value);
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  @Override
  public String text(String text) {
    if (text.contains("${") || text.contains("#{")) {
      return "JUEL expressions are not allowed in a decision table";
    }
    return FUNCTION.matcher(text).find() ? "functions may not be defined in a decision table" : null;
  }
}
