package cn.yichuang.engine;

import org.camunda.bpm.engine.impl.bpmn.parser.BpmnParse;
import org.camunda.bpm.engine.impl.bpmn.parser.BpmnParser;
import org.camunda.bpm.engine.impl.el.UelExpressionCondition;
import org.camunda.bpm.engine.impl.util.xml.Element;

/**
 * The engine's own BPMN parse with the gate before it. Both look at the very same element tree, so there is no
 * second XML parser that could understand a diagram differently. Only new deployments are judged: what other
 * nodes load from the database has passed the gate already.
 */
final class GatedBpmnParse extends BpmnParse {

  GatedBpmnParse(BpmnParser parser) {
    super(parser);
  }

  @Override
  protected void parseRootElement() {
    if (deployment.isNew()) {
      new BpmnGate(this::refuse).check(rootElement);
    }
    if (!hasErrors()) {
      super.parseRootElement();
    }
  }

  /** Names the element in the text too: the structured details carry its id, but a person reads the text. */
  private void refuse(String reason, Element element, String id) {
    if (id == null) {
      addError("deploy gate: " + reason, element);
    } else {
      addError("deploy gate: " + id + ": " + reason, element, id);
    }
  }

  /** The engine evaluates our printing of the tree, so its reading of a condition cannot differ from ours. */
  @Override
  protected org.camunda.bpm.engine.impl.Condition parseConditionExpression(Element element, String ownerId) {
    try {
      String text = ConditionParser.parse(element.getText()).text();
      return new UelExpressionCondition(expressionManager.createExpression(text));
    } catch (ConditionParser.BadCondition e) {
      addError("deploy gate: condition is outside the allowed grammar: " + e.getMessage(), element, ownerId);
      return null;
    }
  }
}
