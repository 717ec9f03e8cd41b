package cn.yichuang.engine;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.camunda.bpm.engine.BadUserRequestException;
import org.camunda.bpm.engine.impl.persistence.deploy.Deployer;
import org.camunda.bpm.engine.impl.persistence.entity.DeploymentEntity;
import org.camunda.bpm.engine.impl.persistence.entity.ResourceEntity;

/**
 * Judges the files of a new deployment before any of the engine's parsers sees them. Each refusal is a 400 with
 * one sentence that begins with "deploy gate:".
 */
final class ResourceGate implements Deployer {

  static final int MAX_BYTES = 1 << 20;

  @Override
  public void deploy(DeploymentEntity deployment) {
    if (deployment.isNew()) {
      for (ResourceEntity resource : deployment.getResources().values()) {
        String refusal = refusal(resource.getName(), resource.getBytes());
        if (refusal != null) {
          throw new BadUserRequestException("deploy gate: " + refusal);
        }
      }
    }
  }

  /** @return why the file may not be deployed, or null */
  static String refusal(String name, byte[] bytes) {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_./-]{0,199}\\.(bpmn|dmn|form)") || name.contains("..")) {
      return "a resource must be named like rules/check.dmn and end in .bpmn, .dmn or .form";
    }
    if (bytes.length > MAX_BYTES) {
      return "resource " + name + " is larger than " + MAX_BYTES + " bytes";
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return "resource " + name + " is not UTF-8";
    }
    if (name.endsWith(".form")) {
      return null;
    }
    String fault = XmlCheck.fault(text, name.endsWith(".dmn") ? new DmnGate() : XmlCheck.Reader.NONE);
    return fault == null ? null : "resource " + name + ": " + fault;
  }
}
