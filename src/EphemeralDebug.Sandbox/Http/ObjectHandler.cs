using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Controllers;
using EphemeralDebug.Sandbox.Patching;
using EphemeralDebug.Sandbox.Store;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>Get, create, update, patch and delete of one object, whatever its kind; pods have rules of their own.</summary>
internal sealed class ObjectHandler(ObjectStore store, ObjectWriter writer, PodDeletion pods, TimeProvider clock)
{
    internal Task GetAsync(ApiRequest request, ResourceType type) => writer.WriteAsync(request, 200, type, Find(request, type));

    internal Task CreateAsync(ApiRequest request, ResourceType type)
    {
        JsonObject value = request.ReadObject() ?? throw StatusException.BadRequest("EOF");
        CheckKind(type, value);
        List<string> unknown = UnknownFields.Drop(value, PodSchema.For(type));
        CheckFieldValidation(request, unknown, $"{type.Kind} in version \"{type.Version}\" cannot be handled as a {type.Kind}: strict decoding error: ");
        JsonObject metadata = value.Ensure("metadata");
        if (type.Namespaced) PutNamespace(request, metadata);
        if (value.Name().Length == 0 && metadata.Text("generateName") is { Length: > 0 } prefix) metadata["name"] = prefix + PodDefaults.RandomSuffix();
        JsonObject? ns = type.Namespaced ? store.Get(ResourceType.Namespaces, null, request.Info.Namespace!) : null;
        if (type.Namespaced && ns is null) throw StatusException.NotFound("", "namespaces", request.Info.Namespace!);
        if (ns?.At("metadata", "deletionTimestamp") is not null) throw StatusException.NamespaceTerminating(type, value.Name(), ns.Name());

        foreach (string serverOwned in new[] { "resourceVersion", "managedFields", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds" }) metadata.Remove(serverOwned);
        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = KubernetesJson.Time(clock.GetUtcNow());
        if (type != ResourceType.Events && type != ResourceType.Namespaces) metadata["generation"] = 1;
        if (type == ResourceType.Pods) PreparePod(request, value, ns);
        else
        {
            List<FieldError> errors = [];
            PodValidation.CheckName(value.Name(), errors);
            FieldError.ThrowIfAny(errors, type, value.Name());
            if (type == ResourceType.Namespaces)
            {
                value.Ensure("metadata", "labels")["kubernetes.io/metadata.name"] = value.Name();
                value["spec"] = new JsonObject { ["finalizers"] = new JsonArray("kubernetes") };
                value["status"] = new JsonObject { ["phase"] = "Active" };
            }
            WorkloadDefaults.Apply(type, value);
            ManagedFields.Track(null, value, PodSchema.For(type), type, request.FieldManager, null, clock.GetUtcNow());
        }
        if (store.Get(type, request.Info.Namespace, value.Name()) is not null) throw StatusException.AlreadyExists(type.Group, type.Plural, value.Name());
        JsonObject created = request.DryRun ? value
            : store.Create(type, value) ?? throw StatusException.AlreadyExists(type.Group, type.Plural, value.Name());
        return writer.WriteAsync(request, 201, type, created);
    }

    /// <summary>PUT and PATCH of the main resource.</summary>
    internal Task ChangeAsync(ApiRequest request, ResourceType type)
    {
        if (request.Info.Verb == "patch" && request.ContentType == PatchBody.Apply && store.Get(type, request.Info.Namespace, request.Info.Name!) is null)
        {
            request.Context.Items["body"] = request.Body;
            return CreateAsync(request with { Body = PatchBody.ApplyAsJson(request.Body), Context = WithJson(request) }, type);
        }
        JsonObject changed = Change(request, type, subresource: null, (before, now) =>
        {
            if (type != ResourceType.Pods) return;
            JsonObject immutableStatus = before["status"]?.DeepClone() as JsonObject ?? [];
            now["status"] = immutableStatus;
            PodDefaults.Apply(now);
            FieldError.ThrowIfAny(PodValidation.CheckChange(before, now), type, before.Name());
        });
        return writer.WriteAsync(request, 200, type, changed);
    }

    /// <summary>
    /// Applies the request's patch or body to the stored object, lets the rules judge, and stores. Runs again where somebody else
    /// was faster and the request did not insist on a version.
    /// </summary>
    internal JsonObject Change(ApiRequest request, ResourceType type, string? subresource, Action<JsonObject, JsonObject> rules)
    {
        Schema schema = PodSchema.For(type);
        for (int attempt = 0; ; attempt++)
        {
            JsonObject found = Find(request, type);
            JsonObject before = type == ResourceType.Pods ? PodDefaults.AsRead(found) : found;
            PatchBody body = PatchBody.Read(request, before, schema, type);
            JsonObject now = body.Result;
            List<string> unknown = UnknownFields.Drop(now, schema);
            if (attempt == 0) body.CheckUnknown(request, unknown, type);
            string asked = body.ResourceVersion;
            if (asked.Length > 0 && asked != before.ResourceVersion())
                throw StatusException.Conflict(type.Group, type.Plural, before.Name(), "the object has been modified; please apply your changes to the latest version and try again");
            KeepIdentity(before, now, body);
            rules(before, now);
            if (Same(before, now)) return found;
            if (!JsonNode.DeepEquals(before["spec"], now["spec"]) && before.Number("metadata", "generation") is long generation)
                now["metadata"]!["generation"] = generation + 1;
            ManagedFields.Track(before, now, schema, type, request.FieldManager, subresource, clock.GetUtcNow(), body.Applied);
            if (request.DryRun) return now;
            bool raced = false;
            JsonObject? stored = store.Update(type, type.Namespaced ? request.Info.Namespace : null, before.Name(), current =>
            {
                raced = current.ResourceVersion() != before.ResourceVersion();
                if (raced) return;
                current.Clear();
                foreach ((string name, JsonNode? field) in now) current[name] = field?.DeepClone();
            });
            if (stored is null) throw StatusException.NotFound(type.Group, type.Plural, before.Name());
            if (!raced) return stored;
        }
    }

    internal Task DeleteAsync(ApiRequest request, ResourceType type)
    {
        JsonObject deleted = Delete(request, type, Find(request, type), request.ReadObject());
        if (type == ResourceType.Pods || type == ResourceType.Namespaces) return writer.WriteAsync(request, 200, type, deleted);
        JsonObject details = new() { ["name"] = deleted.Name() };
        if (type.Group.Length > 0) details["group"] = type.Group;
        details["kind"] = type.Plural;
        details["uid"] = deleted.Text("metadata", "uid");
        return Answer.JsonAsync(request.Context, 200, Success(details));
    }

    internal static JsonObject Success(JsonObject? details = null)
    {
        JsonObject status = new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success" };
        if (details is not null) status["details"] = details;
        return status;
    }

    /// <summary>Deletes as the options say, and gives the object as it then is. <paramref name="note"/> writes into a pod why it goes.</summary>
    internal JsonObject Delete(ApiRequest request, ResourceType type, JsonObject current, JsonObject? options, Action<JsonObject>? note = null)
    {
        CheckPreconditions(type, current, options);
        bool dryRun = request.DryRun || (options?["dryRun"] is JsonArray modes && modes.Any(mode => (string?)mode == "All"));
        string? ns = type.Namespaced ? current.Namespace() : null;
        string name = current.Name();
        if (type == ResourceType.Namespaces) return DeleteNamespace(current, dryRun);
        if (type != ResourceType.Pods)
        {
            if (dryRun) return current;
            if (IsOrphaning(request, options)) Orphan(current);
            store.Remove(type, ns, name);
            return current;
        }
        long asked = options.Number("gracePeriodSeconds") ?? (long.TryParse(request.Query("gracePeriodSeconds"), out long inQuery) ? inQuery : -1);
        if (!dryRun && IsOrphaning(request, options)) Orphan(current);
        return pods.Delete(current, asked >= 0 ? asked : null, dryRun, note);
    }

    internal JsonObject Find(ApiRequest request, ResourceType type) =>
        store.Get(type, type.Namespaced ? request.Info.Namespace : null, request.Info.Name!)
        ?? throw StatusException.NotFound(type.Group, type.Plural, request.Info.Name!);

    /// <summary>A namespace is marked, and goes when it is empty.</summary>
    private JsonObject DeleteNamespace(JsonObject ns, bool dryRun)
    {
        string name = ns.Name();
        if (name is "default" or "kube-system" or "kube-public") throw StatusException.Forbidden("", "namespaces", name, "this namespace may not be deleted");
        if (ns.At("metadata", "deletionTimestamp") is not null)
        {
            throw StatusException.Conflict("", "namespaces", name, "The system is ensuring all content is removed from this namespace.  "
                + "Upon completion, this namespace will automatically be purged by the system.");
        }
        JsonObject leaving = (JsonObject)ns.DeepClone();
        Mark(leaving);
        return dryRun ? leaving : store.Update(ResourceType.Namespaces, null, name, Mark) ?? leaving;

        void Mark(JsonObject found)
        {
            found.Ensure("metadata")["deletionTimestamp"] = KubernetesJson.Time(clock.GetUtcNow());
            found.Ensure("status")["phase"] = "Terminating";
        }
    }

    private static bool IsOrphaning(ApiRequest request, JsonObject? options) =>
        (options.Text("propagationPolicy") ?? request.Query("propagationPolicy")) == "Orphan" || options.Flag("orphanDependents") == true;

    /// <summary>Takes the references to an owner out of what it owns, so that this outlives it.</summary>
    private void Orphan(JsonObject owner)
    {
        string uid = owner.Text("metadata", "uid") ?? "";
        foreach (ResourceType type in ResourceType.All)
        {
            foreach (JsonObject item in store.List(type, null).Items.Where(item => item.Objects("metadata", "ownerReferences").Any(IsToOwner)))
            {
                store.Update(type, type.Namespaced ? item.Namespace() : null, item.Name(), found =>
                {
                    JsonArray references = (JsonArray)found["metadata"]!["ownerReferences"]!;
                    foreach (JsonObject reference in references.OfType<JsonObject>().Where(IsToOwner).ToList()) references.Remove(reference);
                    if (references.Count == 0) ((JsonObject)found["metadata"]!).Remove("ownerReferences");
                });
            }
        }

        bool IsToOwner(JsonObject reference) => reference.Text("uid") == uid;
    }

    // The genuine server names the kind here, where elsewhere it names the resource.
    private static void CheckPreconditions(ResourceType type, JsonObject current, JsonObject? options)
    {
        if (options.Text("preconditions", "uid") is { } uid && uid != current.Text("metadata", "uid"))
            throw StatusException.Conflict(type.Group, type.Kind, current.Name(), $"the UID in the precondition ({uid}) does not match the UID in record "
                + $"({current.Text("metadata", "uid")}). The object might have been deleted and then recreated");
        if (options.Text("preconditions", "resourceVersion") is { } version && version != current.ResourceVersion())
            throw StatusException.Conflict(type.Group, type.Kind, current.Name(), $"the ResourceVersion in the precondition ({version}) does not match the "
                + $"ResourceVersion in record ({current.ResourceVersion()}). The object might have been modified");
    }

    private void PreparePod(ApiRequest request, JsonObject pod, JsonObject? ns)
    {
        PodDefaults.Apply(pod);
        pod.Remove("status");
        ManagedFields.Track(null, pod, PodSchema.Pod, ResourceType.Pods, request.FieldManager, null, clock.GetUtcNow());
        PodDefaults.Admit(pod);
        pod["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodDefaults.QosClass(pod) };
        FieldError.ThrowIfAny(PodValidation.CheckNew(pod), ResourceType.Pods, pod.Name());
        PodSecurityAdmission.Judge(request, ns, pod);
    }

    private static void CheckKind(ResourceType type, JsonObject value)
    {
        string kind = value.Text("kind") ?? type.Kind;
        string version = value.Text("apiVersion") ?? type.ApiVersion;
        if (kind != type.Kind || version != type.ApiVersion)
            throw StatusException.BadRequest($"the API version in the data ({version}) does not match the expected API version ({type.ApiVersion})");
        value["kind"] = type.Kind;
        value["apiVersion"] = type.ApiVersion;
    }

    private static void PutNamespace(ApiRequest request, JsonObject metadata)
    {
        if (metadata.Text("namespace") is { Length: > 0 } given && given != request.Info.Namespace)
            throw StatusException.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        metadata["namespace"] = request.Info.Namespace;
    }

    private static void CheckFieldValidation(ApiRequest request, List<string> unknown, string strictPrefix)
    {
        if (unknown.Count == 0 || request.Query("fieldValidation") == "Ignore") return;
        if (request.Query("fieldValidation") == "Strict")
            throw StatusException.BadRequest(strictPrefix + string.Join(", ", unknown.Select(path => $"unknown field \"{path}\"")));
        foreach (string path in unknown) request.Warn($"unknown field \"{path}\"");
    }

    /// <summary>What no request may change, and what only the server writes.</summary>
    private static void KeepIdentity(JsonObject before, JsonObject now, PatchBody body)
    {
        JsonObject metadata = now.Ensure("metadata");
        foreach (string field in new[] { "name", "namespace", "uid", "creationTimestamp", "resourceVersion", "generation", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields" })
        {
            if (before["metadata"]?[field] is { } kept) metadata[field] = kept.DeepClone();
            else metadata.Remove(field);
        }
        now["kind"] = before["kind"]?.DeepClone() ?? body.Kind;
        now["apiVersion"] = before["apiVersion"]?.DeepClone() ?? body.ApiVersion;
    }

    private static bool Same(JsonObject before, JsonObject now) =>
        JsonNode.DeepEquals(before["metadata"], now["metadata"]) && now.All(field => field.Key is "metadata" or "kind" or "apiVersion" || JsonNode.DeepEquals(before[field.Key], field.Value));

    private static Microsoft.AspNetCore.Http.HttpContext WithJson(ApiRequest request)
    {
        request.Context.Request.ContentType = "application/json";
        return request.Context;
    }
}
