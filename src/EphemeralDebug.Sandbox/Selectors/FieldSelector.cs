using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Http;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Selectors;

/// <summary>A field selector: <c>field=value</c>, <c>field!=value</c>, joined with commas; each kind supports few fields.</summary>
internal sealed class FieldSelector
{
    private static readonly Dictionary<ResourceType, string[]> s_supported = new()
    {
        [ResourceType.Pods] =
        [
            "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
            "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName",
        ],
        [ResourceType.Nodes] = ["spec.unschedulable"],
        [ResourceType.Namespaces] = ["status.phase"],
        [ResourceType.Jobs] = ["status.successful"],
        [ResourceType.ReplicaSets] = ["status.replicas"],
        [ResourceType.ReplicationControllers] = ["status.replicas"],
        [ResourceType.Events] =
        [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
            "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
        ],
    };

    private readonly IReadOnlyList<(string[] Path, string Value, bool Equal)> _terms;

    private FieldSelector(IReadOnlyList<(string[], string, bool)> terms) => _terms = terms;

    internal bool SelectsAll => _terms.Count == 0;

    internal bool Matches(JsonObject value)
    {
        foreach ((string[] path, string wanted, bool equal) in _terms)
        {
            if (string.Equals(Value(value, path), wanted, StringComparison.Ordinal) != equal) return false;
        }
        return true;
    }

    /// <summary>Parses a selector for a kind; a 400 with the server's message where it is malformed or a field is not supported.</summary>
    internal static FieldSelector Parse(string? text, ResourceType type)
    {
        if (string.IsNullOrEmpty(text)) return new FieldSelector([]);
        List<(string[], string, bool)> terms = [];
        foreach (string term in text.Split(','))
        {
            if (term.Length == 0) continue;
            int at = term.IndexOf('=', StringComparison.Ordinal);
            if (at < 1) throw StatusException.BadRequest($"invalid selector: '{text}'; can't understand '{term}'");
            bool equal = term[at - 1] != '!';
            string field = term[..(equal ? at : at - 1)];
            string value = term[(at + 1)..].TrimStart('=');
            if (field is not "metadata.name" && !(field is "metadata.namespace" && type.Namespaced) && !s_supported.GetValueOrDefault(type, []).Contains(field))
            {
                throw StatusException.BadRequest(s_supported.ContainsKey(type)
                    ? $"field label not supported: {field}"
                    : $"\"{field}\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
            }
            terms.Add((field.Split('.'), value, equal));
        }
        return new FieldSelector(terms);
    }

    private static string Value(JsonObject value, string[] path) => path switch
    {
        ["source"] => value.Text("source", "component") ?? value.Text("reportingComponent") ?? "",
        ["spec", "hostNetwork" or "unschedulable"] => value.Flag(path) is true ? "true" : "false",
        _ => value.At(path)?.ToString() ?? "",
    };
}
