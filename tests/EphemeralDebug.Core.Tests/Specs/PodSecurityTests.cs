using System.Text.Json.Nodes;
using EphemeralDebug.Core.Specs;
using Xunit;

namespace EphemeralDebug.Core.Tests.Specs;

/// <summary>The rules that neither the conformance cases nor the recorded refusals touch; the texts are the admission plugin's.</summary>
public sealed class PodSecurityTests
{
    private const string Safe = "\"allowPrivilegeEscalation\":false,\"capabilities\":{\"drop\":[\"ALL\"]},\"runAsNonRoot\":true,\"seccompProfile\":{\"type\":\"RuntimeDefault\"}";

    [Theory]
    [InlineData("baseline", "{\"hostPID\":true}", "host namespaces (hostPID=true)")]
    [InlineData("baseline", "{\"volumes\":[{\"name\":\"a\",\"hostPath\":{}},{\"name\":\"b\",\"hostPath\":{}}]}", "hostPath volumes (volumes \"a\", \"b\")")]
    [InlineData("baseline", "{\"containers\":[{\"name\":\"a\",\"ports\":[{\"hostPort\":80},{\"hostPort\":0}]},{\"name\":\"b\",\"ports\":[{\"hostPort\":9}]}]}", "hostPort (containers \"a\", \"b\" use hostPorts 80, 9)")]
    [InlineData("baseline", "{\"containers\":[{\"name\":\"a\",\"livenessProbe\":{\"httpGet\":{\"host\":\"h\"}},\"lifecycle\":{\"preStop\":{\"tcpSocket\":{\"host\":\"g\"}}}}]}", "probe or lifecycle host (container \"a\" uses probe or lifecycle hosts \"g\", \"h\")")]
    [InlineData("baseline", "{\"containers\":[{\"name\":\"a\",\"securityContext\":{\"procMount\":\"Unmasked\"}}]}", "procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("baseline", "{\"hostUsers\":false,\"containers\":[{\"name\":\"a\",\"securityContext\":{\"procMount\":\"Unmasked\"}}]}", "")]
    [InlineData("baseline", "{\"securityContext\":{\"seLinuxOptions\":{\"type\":\"spc_t\",\"user\":\"u\"}},\"containers\":[{\"name\":\"a\",\"securityContext\":{\"seLinuxOptions\":{\"role\":\"r\"}}}]}", "seLinuxOptions (pod and container \"a\" set forbidden securityContext.seLinuxOptions: type \"spc_t\"; user may not be set; role may not be set)")]
    [InlineData("baseline", "{\"securityContext\":{\"seccompProfile\":{\"type\":\"Unconfined\"}}}", "seccompProfile (pod must not set securityContext.seccompProfile.type to \"Unconfined\")")]
    [InlineData("baseline", "{\"securityContext\":{\"sysctls\":[{\"name\":\"net.ipv4.tcp_rmem\"},{\"name\":\"kernel.msgmax\"}]}}", "forbidden sysctls (kernel.msgmax)")]
    [InlineData("baseline", "{\"containers\":[{\"name\":\"a\",\"securityContext\":{\"windowsOptions\":{\"hostProcess\":true}}}]}", "hostProcess (container \"a\" must not set securityContext.windowsOptions.hostProcess=true)")]
    [InlineData("baseline", "{\"containers\":[{\"name\":\"a\",\"securityContext\":{\"appArmorProfile\":{\"type\":\"Unconfined\"}}}]}", "forbidden AppArmor profile (container \"a\" must not set AppArmor profile type to \"Unconfined\")")]
    [InlineData("baseline", "{\"initContainers\":[{\"name\":\"i\",\"securityContext\":{\"privileged\":true}}],\"containers\":[{\"name\":\"a\",\"securityContext\":{\"privileged\":true}}]}", "privileged (containers \"i\", \"a\" must not set securityContext.privileged=true)")]
    [InlineData("restricted", "{\"containers\":[{\"name\":\"a\",\"securityContext\":{SAFE,\"runAsUser\":0}}]}", "runAsUser=0 (container \"a\" must not set runAsUser=0)")]
    [InlineData("restricted", "{\"hostUsers\":false,\"containers\":[{\"name\":\"a\",\"securityContext\":{SAFE,\"runAsUser\":0}}]}", "")]
    [InlineData("restricted", "{\"securityContext\":{\"runAsNonRoot\":false},\"containers\":[{\"name\":\"a\",\"securityContext\":{SAFE}}]}", "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)")]
    [InlineData("restricted", "{\"volumes\":[{\"name\":\"a\",\"nfs\":{}},{\"name\":\"b\",\"newKind\":{}},{\"name\":\"c\",\"emptyDir\":{}}]}", "restricted volume types (volumes \"a\", \"b\" use restricted volume types \"nfs\", \"unknown\")")]
    [InlineData("restricted", "{\"os\":{\"name\":\"windows\"},\"containers\":[{\"name\":\"a\",\"securityContext\":{\"runAsNonRoot\":true}}]}", "")]
    [InlineData("restricted", "{\"hostUsers\":false,\"containers\":[{\"name\":\"a\",\"securityContext\":{SAFE,\"procMount\":\"Unmasked\"}}]}", "procMount (container \"a\" must not set securityContext.procMount to \"Unmasked\")")]
    [InlineData("privileged", "{\"hostPID\":true}", "")]
    [InlineData("", "{\"hostPID\":true}", "")]
    [InlineData("unheard-of", "{\"containers\":[{\"name\":\"a\",\"securityContext\":{SAFE,\"runAsUser\":0}}]}", "runAsUser=0 (container \"a\" must not set runAsUser=0)")]
    public void Says_what_the_server_says(string level, string spec, string expected) =>
        Assert.Equal(expected, Describe(level, "latest", spec));

    [Theory]
    [InlineData("v1.22", "{\"containers\":[{\"name\":\"a\",\"securityContext\":{SAFE,\"runAsUser\":0}}]}", true)]
    [InlineData("v1.23", "{\"containers\":[{\"name\":\"a\",\"securityContext\":{SAFE,\"runAsUser\":0}}]}", false)]
    [InlineData("v1.24", "{\"os\":{\"name\":\"windows\"},\"containers\":[{\"name\":\"a\",\"securityContext\":{\"runAsNonRoot\":true}}]}", false)]
    [InlineData("v1.31", "{\"securityContext\":{\"sysctls\":[{\"name\":\"net.ipv4.tcp_rmem\"}]}}", false)]
    [InlineData("v1.32", "{\"securityContext\":{\"sysctls\":[{\"name\":\"net.ipv4.tcp_rmem\"}]}}", true)]
    [InlineData("v1.30", "{\"securityContext\":{\"seLinuxOptions\":{\"type\":\"container_engine_t\"}}}", false)]
    [InlineData("v1.31", "{\"securityContext\":{\"seLinuxOptions\":{\"type\":\"container_engine_t\"}}}", true)]
    [InlineData("v1.33", "{\"containers\":[{\"name\":\"a\",\"securityContext\":{SAFE},\"livenessProbe\":{\"httpGet\":{\"host\":\"h\"}}}]}", true)]
    [InlineData("v1.34", "{\"hostUsers\":false,\"containers\":[{\"name\":\"a\",\"securityContext\":{SAFE,\"runAsUser\":0}}]}", false)]
    [InlineData("v1.99", "{\"hostUsers\":false,\"containers\":[{\"name\":\"a\",\"securityContext\":{SAFE,\"runAsUser\":0}}]}", true)]
    public void Knows_since_when_a_rule_counts(string version, string spec, bool isAllowed) =>
        Assert.Equal(isAllowed, Describe("restricted", version, spec).Length == 0);

    [Fact]
    public void Reads_the_old_annotations_of_AppArmor()
    {
        JsonObject pod = JsonNode.Parse("""{"metadata":{"annotations":{"container.apparmor.security.beta.kubernetes.io/a":"unconfined","container.apparmor.security.beta.kubernetes.io/b":"localhost/x"}}}""")!.AsObject();
        Assert.Equal("forbidden AppArmor profile (annotation must not set AppArmor profile type to \"container.apparmor.security.beta.kubernetes.io/a=\"unconfined\"\")", PodSecurity.Describe(PodSecurity.Evaluate("baseline", null, pod)));
    }

    private static string Describe(string level, string version, string spec) =>
        PodSecurity.Describe(PodSecurity.Evaluate(level, version, new JsonObject { ["spec"] = JsonNode.Parse(spec.Replace("SAFE", Safe, StringComparison.Ordinal)) }));
}
