using System.Text.Json.Nodes;

namespace EphemeralDebug.Core.Specs;

/// <summary>The objects of its namespace that a pod does not start without.</summary>
internal static class References
{
    /// <summary>As <c>ConfigMap settings</c>; what is optional or in every namespace is not among them.</summary>
    internal static IEnumerable<string> Of(JsonObject spec)
    {
        foreach (JsonObject volume in spec.Objects("volumes"))
        {
            foreach (string one in OfSource(volume).Concat(volume.Object("projected").Objects("sources").SelectMany(OfSource)))
                yield return one;
            if (volume.Object("persistentVolumeClaim").String("claimName") is { } claim)
                yield return $"PersistentVolumeClaim {claim}";
        }
        foreach (JsonObject container in spec.Objects("initContainers").Concat(spec.Objects("containers")))
        {
            foreach (string one in container.Objects("envFrom").SelectMany(from => Named(from, ("configMapRef", "ConfigMap"), ("secretRef", "Secret"))))
                yield return one;
            foreach (string one in container.Objects("env").Select(variable => variable.Object("valueFrom")).OfType<JsonObject>()
                .SelectMany(from => Named(from, ("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret"))))
                yield return one;
        }
        foreach (JsonObject claim in spec.Objects("resourceClaims"))
        {
            if (claim.String("resourceClaimName") is { } name)
                yield return $"ResourceClaim {name}";
            if (claim.String("resourceClaimTemplateName") is { } template)
                yield return $"ResourceClaimTemplate {template}";
        }
    }

    // A volume calls its Secret secretName, a projected source and a reference name.
    private static IEnumerable<string> OfSource(JsonObject source)
    {
        if (source.Object("secret") is { } secret && secret.Bool("optional") != true && secret.String("secretName") is { } name)
            yield return $"Secret {name}";
        foreach (string one in Named(source, ("configMap", "ConfigMap"), ("secret", "Secret")))
            yield return one;
    }

    private static IEnumerable<string> Named(JsonObject holder, params (string Field, string Kind)[] fields) =>
        from field in fields
        let reference = holder.Object(field.Field)
        where reference is not null && reference.Bool("optional") != true
        let name = reference.String("name")
        where name is not (null or "" or "kube-root-ca.crt")
        select $"{field.Kind} {name}";
}
