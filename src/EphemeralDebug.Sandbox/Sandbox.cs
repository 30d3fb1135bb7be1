using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Controllers;
using EphemeralDebug.Sandbox.Http;
using EphemeralDebug.Sandbox.Kubelet;
using EphemeralDebug.Sandbox.Store;
using EphemeralDebug.Sandbox.Worlds;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace EphemeralDebug.Sandbox;

/// <summary>
/// The sandbox: a simulated Kubernetes 1.36 API server in this process, on the loopback address, over TLS. It is a verified fake:
/// its answers are compared with those of a genuine server in tests, and an ordinary kubectl can work with it.
/// </summary>
/// <remarks>
/// <para>Where to find what: <c>Http/</c> has the way of a request (ApiServer), who asks (Authenticator) and the verbs;
/// <c>Admission/</c> has RBAC, validation, defaults and Pod Security; <c>Patching/</c> the three kinds of patches;
/// <c>Selectors/</c> label and field selectors; <c>Tables/</c> what kubectl get prints; <c>Faults/</c> what can go wrong on request;
/// <c>Store/</c> the objects; <c>Controllers/</c> what keeps them at what they ask for; <c>Kubelet/</c> the nodes that simulate containers.</para>
/// <para>Known differences from a genuine server: protobuf bodies are read for access reviews, evictions and delete options only
/// (415 for other kinds), and answers are always JSON; apply patches must be written as JSON; OpenAPI has no schemas (kubectl explain finds nothing); there is no SPDY; jobs make no pods; the garbage
/// collector works in the background only, and not for owners that never were there; /version says that the server is simulated.</para>
/// </remarks>
public sealed class Sandbox : IAsyncDisposable
{
    private readonly SandboxOptions _options;
    private readonly SandboxCertificates _certificates = new("sandbox-ca");
    private readonly CancellationTokenSource _stops = new();
    private readonly ConcurrentDictionary<string, X509Certificate2> _clientCertificates = new(StringComparer.Ordinal);
    private readonly RequestLog _log = new();
    private readonly IReadOnlyList<SandboxUser> _users;
    private readonly Authorizer _authorizer = new();
    private readonly Authenticator _authenticator;
    private readonly INodeAgent _agent;
    private readonly PodDeletion _deletion;
    private readonly DisruptionController _disruptions;
    private readonly ControllerLoop _controllers;
    private WebApplication? _app;
    private bool _disposed;

    private Sandbox(SandboxOptions options)
    {
        _options = options;
        _users =
        [
            new SandboxUser("admin", ["system:masters"], "sandbox-token-admin"),
            new SandboxUser("developer", ["developers"], "sandbox-token-developer"),
            new SandboxUser("debugger", ["developers"], "sandbox-token-debugger"),
            .. options.Users,
        ];
        string ns = options.RoleNamespace;
        Grant(new RoleBinding("pod-reader", "pod-reader", "User", "developer", ns, [new PolicyRule(["get", "list", "watch"], ["pods", "pods/log", "events"])]));
        Grant(new RoleBinding("pod-debugger", "pod-debugger", "User", "debugger", ns,
        [
            new PolicyRule(["get", "list", "watch"], ["pods", "pods/log"]),
            new PolicyRule(["patch"], ["pods/ephemeralcontainers"]),
            new PolicyRule(["create", "get"], ["pods/attach"]),
        ]));
        foreach (RoleBinding binding in options.Bindings) Grant(binding);
        _authenticator = new Authenticator(_certificates, _users, _authorizer);
        FoundingWorld.Fill(Store);
        if (options.SyntheticPods > 0) SyntheticPods.Fill(Store, options.SyntheticPods);
        options.World?.Invoke(Store);
        _agent = options.AgentFactory?.Invoke(Store) ?? new IdleAgent(Store);
        _deletion = new PodDeletion(Store, _agent, TimeProvider.System);
        _disruptions = new DisruptionController(Store, TimeProvider.System);
        _controllers = new ControllerLoop(Store, new GarbageCollector(Store, _deletion), new NamespaceController(Store, _deletion), _disruptions, new VolumeClaimController(Store));
    }

    /// <summary>The address, <c>https://127.0.0.1:PORT/</c>.</summary>
    public Uri Server { get; private set; } = new("https://127.0.0.1/");

    /// <summary>The certificate of the authority that signed the server's certificate, as PEM.</summary>
    public string AuthorityPem => _certificates.AuthorityPem;

    /// <summary>What can go wrong on request.</summary>
    public SandboxFaults Faults { get; } = new();

    /// <summary>Every request so far, in the order of arrival.</summary>
    public IReadOnlyList<SandboxRequest> Requests => _log.All;

    /// <summary>The objects of the cluster.</summary>
    internal ObjectStore Store { get; } = new();

    /// <summary>The node agent, for what only the simulated kubelet can be asked.</summary>
    internal INodeAgent Agent => _agent;

    /// <summary>Starts a sandbox; it answers when this returns.</summary>
    public static async Task<Sandbox> StartAsync(SandboxOptions? options = null, CancellationToken cancellationToken = default)
    {
        Sandbox sandbox = new(options ?? new SandboxOptions());
        try
        {
            await sandbox.ListenAsync(cancellationToken);
            return sandbox;
        }
        catch
        {
            await sandbox.DisposeAsync();
            throw;
        }
    }

    /// <summary>The first request that matches, among those that came already or else when it comes.</summary>
    public Task<SandboxRequest> RequestAsync(Func<SandboxRequest, bool> match, CancellationToken cancellationToken = default) => _log.WaitAsync(match, cancellationToken);

    /// <summary>Forgets the requests so far, e.g. before the part of a test that counts them.</summary>
    public void ClearRequests() => _log.Clear();

    /// <summary>Gives a user or group more rights.</summary>
    public void Grant(RoleBinding binding) => _authorizer.Add(binding);

    /// <summary>Takes a bearer token from now on, e.g. the one that a credential plugin gives next.</summary>
    public void AddToken(string token, string user, params IReadOnlyList<string> groups) => _authenticator.AddToken(token, user, groups);

    /// <summary>Takes a bearer token no more: its requests are 401.</summary>
    public void RevokeToken(string token) => _authenticator.RemoveToken(token);

    /// <summary>Adds a node, with a simulated kubelet where the sandbox has one.</summary>
    /// <param name="name">Its name; one that is there already stays.</param>
    /// <param name="windows">A Windows Server 2022 node, with the label <c>kubernetes.io/os=windows</c> and the taint <c>os=windows:NoSchedule</c>.</param>
    public void AddNode(string name, bool windows = false)
    {
        string address = $"172.18.1.{Store.List(ResourceType.Nodes, null).Items.Count + 1}";
        Store.Create(ResourceType.Nodes, windows ? SampleNode.Windows(name, address) : SampleNode.Linux(name, address));
    }

    /// <summary>Stores an object as it is, past admission: something that another program left behind, at a time of its own.</summary>
    /// <param name="json">The object. Its kind decides where it goes; namespace (default), uid and creation time are added where they are missing, to pods their defaults.</param>
    /// <returns>The object as stored.</returns>
    /// <exception cref="ArgumentException">The kind is none that the sandbox has, or the name is missing or taken.</exception>
    public JsonObject Add(string json)
    {
        JsonObject value = JsonNode.Parse(json) as JsonObject ?? throw new ArgumentException("The JSON is no object.", nameof(json));
        ResourceType type = ResourceType.All.FirstOrDefault(candidate => candidate.Kind == value.Text("kind") && candidate.ApiVersion == value.Text("apiVersion"))
            ?? throw new ArgumentException($"The sandbox has no {value.Text("apiVersion")} {value.Text("kind")}.", nameof(json));
        JsonObject metadata = value.Ensure("metadata");
        if (value.Name().Length == 0) throw new ArgumentException("The object has no name.", nameof(json));
        if (type.Namespaced) metadata["namespace"] ??= "default";
        metadata["uid"] ??= Guid.NewGuid().ToString();
        metadata["generation"] ??= 1;
        metadata["creationTimestamp"] ??= KubernetesJson.Time(DateTimeOffset.UtcNow);
        WorkloadDefaults.Apply(type, value);
        if (type == ResourceType.Pods)
        {
            PodDefaults.Apply(value);
            value["status"] ??= new JsonObject { ["phase"] = "Pending", ["qosClass"] = PodDefaults.QosClass(value) };
        }
        return (JsonObject)(Store.Create(type, value) ?? throw new ArgumentException($"There is a {type.Kind} {value.Name()} already.", nameof(json))).DeepClone();
    }

    /// <summary>The token of one of the sandbox's users.</summary>
    public string Token(string user = "admin") => User(user).Token;

    /// <summary>A client certificate and its key, as PEM.</summary>
    public (string Certificate, string Key) ClientCertificatePem(string user = "admin")
    {
        X509Certificate2 certificate = ClientCertificate(user);
        using System.Security.Cryptography.ECDsa key = certificate.GetECDsaPrivateKey()!;
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    /// <summary>A client certificate with its key.</summary>
    public X509Certificate2 ClientCertificate(string user = "admin") =>
        _clientCertificates.GetOrAdd(user, name => _certificates.Client(name, User(name).Groups));

    /// <summary>Writes a kubeconfig with the context <c>sandbox</c>, and returns its path.</summary>
    /// <param name="path">The file; it is replaced.</param>
    /// <param name="user">admin, developer, debugger, or a user of the options.</param>
    /// <param name="ns">The context's namespace.</param>
    /// <param name="useToken">A bearer token instead of a client certificate.</param>
    public string WriteKubeConfig(string path, string user = "admin", string ns = "default", bool useToken = false)
    {
        JsonObject credentials;
        if (useToken) credentials = new JsonObject { ["token"] = Token(user) };
        else
        {
            (string certificate, string key) = ClientCertificatePem(user);
            credentials = new JsonObject { ["client-certificate-data"] = KubeConfigFile.Base64(certificate), ["client-key-data"] = KubeConfigFile.Base64(key) };
        }
        File.WriteAllText(path, KubeConfigFile.Text(Server, AuthorityPem, "sandbox", user, credentials, ns));
        return path;
    }

    /// <summary>Ends every stream and stops the server.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _stops.CancelAsync();
        Faults.Clear();
        await _controllers.DisposeAsync();
        await _agent.DisposeAsync();
        if (_app is not null)
        {
            using CancellationTokenSource soon = new(TimeSpan.FromSeconds(2));
            await _app.StopAsync(soon.Token);
            await _app.DisposeAsync();
        }
        foreach (X509Certificate2 certificate in _clientCertificates.Values) certificate.Dispose();
        _certificates.Dispose();
        _stops.Dispose();
    }

    private SandboxUser User(string name) => _users.LastOrDefault(user => user.Name == name) ?? throw new ArgumentException($"The sandbox has no user '{name}'.", nameof(name));

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        X509Certificate2 certificate = _options.CertificateForWrongHost
            ? _certificates.Server(["kubernetes.example.com"], [IPAddress.Parse("192.0.2.1")])
            : _certificates.Server(["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"], [IPAddress.Loopback, IPAddress.IPv6Loopback]);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 3 * 1024 * 1024;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 128 * 1024;
            kestrel.Listen(IPAddress.Loopback, _options.Port, listen =>
            {
                listen.Protocols = _options.Http2 ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    // A certificate of another authority is refused with 401, not in the handshake: as kube-apiserver does.
                    https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                    https.AllowAnyClientCertificate();
                });
            });
        });
        _app = builder.Build();
        _app.UseWebSockets();
        ApiServer server = Assemble();
        _app.Run(server.HandleAsync);
        await _app.StartAsync(cancellationToken);
        string address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Server = new Uri(address);
        _controllers.Start();
        _agent.Start();
    }

    private ApiServer Assemble()
    {
        SerializedObjects texts = new();
        TablePrinter tables = new(TimeProvider.System);
        ObjectWriter writer = new(texts, tables);
        ObjectHandler objects = new(Store, writer, _deletion, TimeProvider.System);
        Router router = new(new ListHandler(Store, texts, tables),
            new WatchHandler(Store, texts, tables, Faults, _options.BookmarkInterval),
            objects, new PodHandler(Store, objects, writer, _agent, _disruptions, _authorizer), new ReviewHandler(_authorizer, TimeProvider.System), new EventsView(Store), _stops.Token);
        return new ApiServer(_authenticator, _authorizer, router, Faults, _log, _options.Compression);
    }
}
