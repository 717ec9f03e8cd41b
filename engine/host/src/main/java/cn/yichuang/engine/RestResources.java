package cn.yichuang.engine;

import org.camunda.bpm.spring.boot.starter.rest.CamundaJerseyResourceConfig;
import org.glassfish.jersey.server.ServerProperties;
import org.springframework.stereotype.Component;

/** The engine's REST resources at /engine-rest, without their description of themselves. */
@Component
class RestResources extends CamundaJerseyResourceConfig {

  @Override
  protected void registerAdditionalResources() {
    property(ServerProperties.WADL_FEATURE_DISABLE, true);
  }
}
