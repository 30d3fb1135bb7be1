namespace EphemeralDebug.Sandbox.Http;

/// <summary>The form that a client's Accept header asks for.</summary>
internal enum AnswerForm
{
    Json,
    Table,
    PartialMetadata,
    AggregatedDiscovery,
}

/// <summary>Reads Accept headers as the API server does: the first form on the list that the server has.</summary>
internal static class AnswerFormat
{
    internal static AnswerForm Of(string? accept)
    {
        if (string.IsNullOrWhiteSpace(accept)) return AnswerForm.Json;
        foreach (string entry in accept.Split(','))
        {
            string[] parts = entry.Split(';', StringSplitOptions.TrimEntries);
            if (parts[0] is not ("application/json" or "application/*" or "*/*")) continue;
            string? kind = Parameter(parts, "as");
            string? group = Parameter(parts, "g");
            string? version = Parameter(parts, "v");
            if (kind is null) return AnswerForm.Json;
            if (kind == "Table" && group == "meta.k8s.io" && version == "v1") return AnswerForm.Table;
            if (kind is "PartialObjectMetadata" or "PartialObjectMetadataList" && group == "meta.k8s.io" && version == "v1") return AnswerForm.PartialMetadata;
            if (kind == "APIGroupDiscoveryList" && group == "apidiscovery.k8s.io" && version == "v2") return AnswerForm.AggregatedDiscovery;
        }
        throw StatusException.NotAcceptable();
    }

    private static string? Parameter(string[] parts, string name) =>
        parts.Skip(1).FirstOrDefault(part => part.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..];
}
