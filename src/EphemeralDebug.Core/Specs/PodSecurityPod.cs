using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>A pod as the Pod Security rules look at it.</summary>
internal sealed class PodSecurityPod(JsonObject pod)
{
    internal JsonObject? Spec { get; } = pod.Object("spec");

    internal JsonObject? Security { get; } = pod.Object("spec").Object("securityContext");

    internal JsonObject? Annotations { get; } = pod.Object("metadata").Object("annotations");

    internal bool IsWindows => Spec.Object("os").String("name") == "windows";

    internal bool HasUserNamespace => Spec.Bool("hostUsers") == false;

    /// <summary>Every container in the server's order, with its security context.</summary>
    internal IReadOnlyList<(string Name, JsonObject Container, JsonObject? Security)> Containers { get; } =
        new[] { "initContainers", "containers", "ephemeralContainers" }.SelectMany(list => pod.Object("spec").Objects(list))
            .Select(container => (container.String("name") ?? "", container, container.Object("securityContext"))).ToArray();

    /// <summary>The names of the containers whose security context breaks a rule.</summary>
    internal List<string> Offenders(Func<JsonObject?, bool> breaksRule) =>
        Containers.Where(container => breaksRule(container.Security)).Select(container => container.Name).ToList();
}
