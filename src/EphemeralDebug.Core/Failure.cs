using EphemeralDebug.Core.Cluster;
using EphemeralDebug.Core.Diagnosis;
using EphemeralDebug.Core.Specs;

namespace EphemeralDebug.Core;

/// <summary>
/// Every failure that Core reports is born here, one method a cause: what happened (with the server's own words where it
/// spoke), and what to do next. One look lists every ErrorId.
/// </summary>
internal static class Failure
{
    // Reaching a cluster
    internal static DebugException KubeConfigNotFound(string path) => new(nameof(KubeConfigNotFound), FailureKind.ObjectNotFound,
        $"The kubeconfig file '{path}' does not exist.",
        "Give an existing file with -KubeConfig, or set the environment variable KUBECONFIG.", path);

    internal static DebugException KubeConfigUnreadable(string path, Exception inner) => new(nameof(KubeConfigUnreadable), FailureKind.InvalidData,
        $"The kubeconfig file '{path}' cannot be read: {PlainText.OneLine(inner.Message)}",
        "Check that it is a file and that you may read it.", path, inner);

    internal static DebugException InvalidKubeConfig(string path, string problem, Exception? inner = null) => new(nameof(InvalidKubeConfig), FailureKind.InvalidData,
        $"The kubeconfig file '{path}' is not valid: {PlainText.OneLine(problem)}",
        "Correct the file, or give another with -KubeConfig.", path, inner);

    internal static DebugException NoKubeConfig(IReadOnlyList<string> paths) => new(nameof(NoKubeConfig), FailureKind.ObjectNotFound,
        paths.Count == 0 ? "There is no kubeconfig." : $"There is no cluster to reach: {string.Join(", ", paths.Select(path => $"'{path}'"))} {(paths.Count == 1 ? "does" : "do")} not exist or {(paths.Count == 1 ? "is" : "are")} empty.",
        "Give a kubeconfig with -KubeConfig, or set the environment variable KUBECONFIG.", paths.Count > 0 ? paths[0] : null);

    internal static DebugException NoCurrentContext(IReadOnlyCollection<string> contexts) => new(nameof(NoCurrentContext), FailureKind.InvalidArgument,
        $"The kubeconfig has no current-context.{Names(" It has", contexts)}",
        "Name a context with -Context, or set one: kubectl config use-context NAME");

    internal static DebugException UnknownContext(string context, IReadOnlyCollection<string> contexts, string? near) => new(nameof(UnknownContext), FailureKind.ObjectNotFound,
        $"The kubeconfig has no context '{PlainText.OneLine(context)}' (upper and lower case count).{(near is null ? Names(" It has", contexts) : $" Did you mean '{PlainText.OneLine(near)}'?")}",
        near is null ? "List the contexts: kubectl config get-contexts" : $"Repeat with -Context '{PlainText.OneLine(near)}'.", context);

    internal static DebugException UnknownCluster(string context, string cluster, string path) => new(nameof(UnknownCluster), FailureKind.InvalidData,
        $"The context '{PlainText.OneLine(context)}' names the cluster '{PlainText.OneLine(cluster)}', which no kubeconfig describes.",
        $"Correct the context in '{path}', or add the file that describes the cluster to KUBECONFIG.", context);

    internal static DebugException UnknownUser(string context, string user, string path) => new(nameof(UnknownUser), FailureKind.InvalidData,
        $"The context '{PlainText.OneLine(context)}' names the user '{PlainText.OneLine(user)}', which no kubeconfig describes.",
        $"Correct the context in '{path}', or add the file that describes the user to KUBECONFIG.", context);

    internal static DebugException CredentialFileUnreadable(string path, string use, string kubeConfig, Exception inner) => new(nameof(CredentialFileUnreadable), FailureKind.AuthenticationError,
        $"The file '{path}' ({PlainText.OneLine(use)}) cannot be read: {PlainText.OneLine(inner.Message)}",
        $"Restore the file, or correct its path in '{kubeConfig}'.", path, inner);

    internal static DebugException TokenFileUnreadable(string path, Exception? inner) => new(nameof(TokenFileUnreadable), FailureKind.AuthenticationError,
        inner is null ? $"The token file '{path}' is empty." : $"The token file '{path}' cannot be read: {PlainText.OneLine(inner.Message)}",
        "Restore the file, or log in again with the tool that writes it.", path, inner);

    internal static DebugException ClientKeyEncrypted(string owner) => new(nameof(ClientKeyEncrypted), FailureKind.AuthenticationError,
        $"The client key of {PlainText.OneLine(owner)} is encrypted, and there is no way to ask for its password.",
        "Store the key unencrypted (openssl pkey -in KEY -out NEWKEY) in a file that only you can read.", owner);

    internal static DebugException ClientCertificateUnusable(string owner, Exception inner) => new(nameof(ClientCertificateUnusable), FailureKind.AuthenticationError,
        $"The client certificate and key of {PlainText.OneLine(owner)} cannot be used: they are not PEM, of a sort that is not supported (RSA and EC are), or do not belong together.",
        "Log in again, or correct client-certificate and client-key in the kubeconfig.", owner, inner);

    internal static DebugException CertificateAuthorityUnusable(string owner) => new(nameof(CertificateAuthorityUnusable), FailureKind.InvalidData,
        $"The certificate authority of {PlainText.OneLine(owner)} holds no certificate that can be read.",
        "Correct certificate-authority or certificate-authority-data in the kubeconfig.", owner);

    internal static DebugException UnsafeHeaderValue(string what) => new(nameof(UnsafeHeaderValue), FailureKind.InvalidData,
        $"{PlainText.OneLine(what)} holds control characters, so it cannot be sent.",
        "Correct it in the kubeconfig; a token is one line.", what);

    internal static DebugException AuthProviderUnsupported(string user, string provider) => new(nameof(AuthProviderUnsupported), FailureKind.AuthenticationError,
        $"The user '{PlainText.OneLine(user)}' logs in by the auth-provider '{PlainText.OneLine(provider)}', which {(provider is "gcp" or "azure" ? "Kubernetes has removed" : "is not known")}.",
        provider switch
        {
            "gcp" => "Install gke-gcloud-auth-plugin, then write the user anew: gcloud container clusters get-credentials CLUSTER",
            "azure" => "Install kubelogin, then convert the user: kubelogin convert-kubeconfig",
            _ => "Use an exec plugin or a token instead.",
        }, user);

    internal static DebugException ExecApiVersionUnsupported(string user, string version) => new(nameof(ExecApiVersionUnsupported), FailureKind.AuthenticationError,
        $"The exec plugin of user '{PlainText.OneLine(user)}' asks for apiVersion '{PlainText.OneLine(version)}'; {ExecPlugin.V1} and {ExecPlugin.V1Beta1} are supported.",
        "Update the plugin, and write the user anew with it (for example: aws eks update-kubeconfig).", user);

    internal static DebugException ExecPluginNotFound(string command, string user, string? hint) => new(nameof(ExecPluginNotFound), FailureKind.AuthenticationError,
        $"The command '{PlainText.OneLine(command)}', by which user '{PlainText.OneLine(user)}' logs in, is not installed or not in PATH.{Hint(hint)}",
        $"Install '{PlainText.OneLine(Path.GetFileName(command))}' so that it is in PATH.", command);

    internal static DebugException ExecPluginNotStarted(string command, string user, string problem, string? hint) => new(nameof(ExecPluginNotStarted), FailureKind.AuthenticationError,
        $"The command '{PlainText.OneLine(command)}', by which user '{PlainText.OneLine(user)}' logs in, cannot be started: {PlainText.OneLine(problem)}{Hint(hint)}",
        "Check that it is a program that you may run.", command);

    internal static DebugException ExecPluginFailed(string command, string user, int exitCode, string? hint) => new(nameof(ExecPluginFailed), FailureKind.AuthenticationError,
        $"The command '{PlainText.OneLine(command)}', by which user '{PlainText.OneLine(user)}' logs in, failed with exit code {exitCode}. What it said stands above, in the terminal.{Hint(hint)}",
        "Log in again with the tool that it belongs to, then repeat the command.", command);

    internal static DebugException ExecPluginAnswer(string command, string user, string problem) => new(nameof(ExecPluginAnswer), FailureKind.AuthenticationError,
        $"The command '{PlainText.OneLine(command)}', by which user '{PlainText.OneLine(user)}' logs in, printed no credential that can be used: {problem}.",
        "Update the plugin, and write the user anew with it.", command);

    internal static DebugException ExecPluginNeedsTerminal(string command, string user) => new(nameof(ExecPluginNeedsTerminal), FailureKind.AuthenticationError,
        $"The command '{PlainText.OneLine(command)}', by which user '{PlainText.OneLine(user)}' logs in, must talk with a person, and standard input is not a terminal.",
        "Run the command at a prompt, or log in beforehand.", command);

    internal static DebugException OidcRefreshFailed(string user, Uri issuer, string problem, Exception? inner) => new(nameof(OidcRefreshFailed), FailureKind.AuthenticationError,
        $"The login of user '{PlainText.OneLine(user)}' at {issuer.GetLeftPart(UriPartial.Path)} cannot be renewed: {problem}.{(inner is null ? "" : " " + PlainText.OneLine(inner.Message))}",
        "Log in again with the tool that wrote this user's tokens into the kubeconfig.", user, inner);

    internal static DebugException ServerNameNotResolved(Uri server, string host, Exception inner) => new(nameof(ServerNameNotResolved), FailureKind.ConnectionError,
        $"The name '{PlainText.OneLine(host)}' of the server {Address(server)} cannot be resolved.",
        "Check the address (kubectl config view --minify), the DNS and the VPN.", Address(server), inner);

    internal static DebugException ConnectionRefused(Uri server, Exception inner) => new(nameof(ConnectionRefused), FailureKind.ConnectionError,
        $"The server {Address(server)} refused the connection.",
        "Check that the cluster runs, and that the port is right: kubectl config view --minify", Address(server), inner);

    internal static DebugException ConnectionTimedOut(Uri server, Exception inner) => new(nameof(ConnectionTimedOut), FailureKind.OperationTimeout,
        $"The server {Address(server)} did not accept a connection in time.",
        "Check the address (kubectl config view --minify), the VPN and the firewall.", Address(server), inner);

    internal static DebugException ServerUnreachable(Uri server, string problem, Exception inner) => new(nameof(ServerUnreachable), FailureKind.ConnectionError,
        $"The server {Address(server)} cannot be reached: {PlainText.OneLine(problem)}",
        "Check the address (kubectl config view --minify), the network and the VPN.", Address(server), inner);

    internal static DebugException ProxyFailed(Uri server, Uri? proxy, string problem, Exception inner) => new(nameof(ProxyFailed), FailureKind.ConnectionError,
        $"The proxy{(proxy is null ? "" : " " + Address(proxy))} does not connect to the server {Address(server)}: {PlainText.OneLine(problem)}",
        "Check proxy-url in the kubeconfig, or the variables HTTPS_PROXY and NO_PROXY.", proxy is null ? Address(server) : Address(proxy), inner);

    internal static DebugException ProxyVariableInvalid(string variable) => new(nameof(ProxyVariableInvalid), FailureKind.InvalidArgument,
        $"The environment variable {variable} is not the address of a proxy (http://, https:// or socks5://).",
        $"Correct {variable}, or remove it.", variable);

    internal static DebugException ConnectionLost(Uri server, Exception inner) => new(nameof(ConnectionLost), FailureKind.ConnectionError,
        $"The connection to the server {Address(server)} was lost before it answered: {PlainText.OneLine(inner.GetBaseException().Message)}",
        "Repeat the command. If it was to change something, look first whether it did.", Address(server), inner);

    /// <param name="of">Whose answer it is: the server's address, or what was asked for.</param>
    /// <param name="inner">What the reader met.</param>
    internal static DebugException ResponseTruncated(string of, Exception inner) => new(nameof(ResponseTruncated), FailureKind.ConnectionError,
        $"The answer of {of} broke off in the middle: {PlainText.OneLine(inner.GetBaseException().Message)}",
        "Repeat the command. If it happens each time, a proxy between here and the server may limit the length of answers.", of, inner);

    internal static DebugException ServerSilent(Uri server, TimeSpan limit) => new(nameof(ServerSilent), FailureKind.OperationTimeout,
        $"The server {Address(server)} took the request and did not answer within {limit.TotalSeconds:0} seconds.",
        "Repeat the command. If it was to change something, look first whether it did.", Address(server));

    internal static DebugException CertificateHostMismatch(Uri server, string host, IReadOnlyList<string> names, Exception inner) => new(nameof(CertificateHostMismatch), FailureKind.AuthenticationError,
        $"The certificate of the server {Address(server)} is not for '{PlainText.OneLine(host)}'{(names.Count == 0 ? "" : $" but for {PlainText.OneLine(string.Join(", ", names.Take(12)))}")}. Nothing was sent.",
        "Use an address that the certificate names, or set tls-server-name of the cluster to such a name. If neither is to be expected, somebody may be between you and the server.", Address(server), inner);

    internal static DebugException CertificateExpired(Uri server, DateTimeOffset notBefore, DateTimeOffset notAfter, Exception inner) => new(nameof(CertificateExpired), FailureKind.AuthenticationError,
        $"The certificate of the server {Address(server)} is valid from {notBefore:u} to {notAfter:u} only. Nothing was sent.",
        "Compare this machine's clock; renew the server's certificate (kubeadm certs renew all).", Address(server), inner);

    internal static DebugException CertificateNotTrusted(Uri server, string issuer, string problem, Exception inner) => new(nameof(CertificateNotTrusted), FailureKind.AuthenticationError,
        $"The certificate of the server {Address(server)}, issued by '{PlainText.OneLine(issuer)}', is not from an authority that the kubeconfig trusts ({PlainText.OneLine(problem)}). Nothing was sent.",
        "Renew the kubeconfig, or correct certificate-authority-data of the cluster.", Address(server), inner);

    internal static DebugException TlsFailed(Uri server, Exception inner) => new(nameof(TlsFailed), FailureKind.ConnectionError,
        $"No secure connection to the server {Address(server)}: {PlainText.OneLine(inner.GetBaseException().Message)}",
        "Check that the address is that of the API server and speaks https; a client certificate that the server does not take can be the cause too.", Address(server), inner);

    internal static DebugException NotAKubernetesServer(int code, string? contentType, string start, Uri server) => new(nameof(NotAKubernetesServer), FailureKind.ProtocolError,
        $"What answers at {Address(server)} is no Kubernetes API server: HTTP {code}, {(contentType is null ? "no content type" : PlainText.OneLine(contentType))}{(start.Length == 0 ? "" : $", beginning with: {PlainText.OneLine(start, 80)}")}",
        "Check the address (kubectl config view --minify) and whether a proxy or a login page stands in between.", Address(server)) { StatusCode = code };

    internal static DebugException ServerRedirects(ServerStatus status, Uri server) => new(nameof(ServerRedirects), FailureKind.ProtocolError,
        $"The server {Address(server)} sends us elsewhere (HTTP {status.Code}{(status.RedirectsTo is null ? "" : ", to " + PlainText.OneLine(status.RedirectsTo))}), where the credentials must not follow.",
        "Put the final address into the kubeconfig; a login page in between means that a login is needed first.", Address(server)) { StatusCode = status.Code };

    internal static DebugException CredentialsRejected(ServerStatus status, Uri server, string advice) => FromServer(nameof(CredentialsRejected), FailureKind.AuthenticationError,
        $"The server {Address(server)} does not accept the credentials{Said(status)}", advice, Address(server), status);

    internal static DebugException Forbidden(ServerStatus status, ApiPath? about, AccessRule? rule) => FromServer(nameof(Forbidden), FailureKind.PermissionDenied,
        $"The server forbids it{Said(status)}",
        rule is null
            ? "Ask whoever runs the cluster for the right to do this."
            : $"Ask for this rule{(rule.Namespace is null ? " in a ClusterRole" : $" in the namespace '{rule.Namespace}'")}: {rule.Yaml}  Then check it: {rule.Question}",
        about?.Target, status);

    internal static DebugException PodSecurityViolation(ServerStatus status, ApiPath? about) => FromServer(nameof(PodSecurityViolation), FailureKind.PermissionDenied,
        $"Pod Security forbids it{Said(status)}",
        $"Use a profile that the namespace admits: -Profile Auto, Restricted or Baseline. See its level: kubectl get namespace {about?.Namespace ?? "NAME"} --show-labels", about?.Target, status);

    internal static DebugException QuotaExceeded(ServerStatus status, ApiPath? about) => FromServer(nameof(QuotaExceeded), FailureKind.PermissionDenied,
        $"The namespace's quota forbids it{Said(status)}",
        $"See what is left: kubectl describe quota{(about?.Namespace is null ? "" : " -n " + about.Namespace)}", about?.Target, status);

    internal static DebugException AdmissionDenied(ServerStatus status, ApiPath? about, string policy) => FromServer(nameof(AdmissionDenied), FailureKind.PermissionDenied,
        $"A policy of the cluster forbids it{Said(status)}",
        $"Change the request as the message says, or ask whoever runs '{PlainText.OneLine(policy)}'.", about?.Target, status);

    internal static DebugException PodNotFound(ServerStatus status, ApiPath? about, string name) => FromServer(nameof(PodNotFound), FailureKind.ObjectNotFound,
        $"There is no pod '{name}'{(about?.Namespace is null ? "" : $" in the namespace '{about.Namespace}'")}{Said(status)}",
        $"List the pods: Get-Pod{(about?.Namespace is null ? "" : " -Namespace " + about.Namespace)}", about?.Target ?? name, status);

    internal static DebugException NodeNotFound(ServerStatus status, ApiPath? about, string name) => FromServer(nameof(NodeNotFound), FailureKind.ObjectNotFound,
        $"There is no node '{name}'{Said(status)}", "List the nodes: Get-Node", about?.Target ?? name, status);

    internal static DebugException NamespaceNotFound(ServerStatus status, ApiPath? about, string name) => FromServer(nameof(NamespaceNotFound), FailureKind.ObjectNotFound,
        $"There is no namespace '{name}'{Said(status)}", "List the namespaces: kubectl get namespaces", about?.Target ?? name, status);

    internal static DebugException ObjectNotFound(ServerStatus status, ApiPath? about) => FromServer(nameof(ObjectNotFound), FailureKind.ObjectNotFound,
        $"It does not exist{Said(status)}", "Check the name and the namespace.", about?.Target, status);

    internal static DebugException ResourceNotServed(ServerStatus status, ApiPath? about) => FromServer(nameof(ResourceNotServed), FailureKind.InvalidOperation,
        $"The server does not serve {(about is null ? "this" : about.Subresource is null ? about.Resource : $"{about.Resource}/{about.Subresource}")}{Said(status)}",
        "Check that the address in the kubeconfig is right, path included, and that the server is Kubernetes 1.25 or later: kubectl version", about?.Target, status);

    internal static DebugException AlreadyExists(ServerStatus status, ApiPath? about) => FromServer(nameof(AlreadyExists), FailureKind.ResourceExists,
        $"The name is taken{Said(status)}", "Choose another name.", about?.Target, status);

    internal static DebugException Conflict(ServerStatus status, ApiPath? about) => FromServer(nameof(Conflict), FailureKind.InvalidOperation,
        $"It was changed by somebody else at the same time{Said(status)}", "Repeat the command.", about?.Target, status);

    internal static DebugException ResourceExpired(ServerStatus status, ApiPath? about) => FromServer(nameof(ResourceExpired), FailureKind.InvalidOperation,
        $"The server no longer holds that version{Said(status)}", "Repeat the command, to begin with the present state.", about?.Target, status);

    internal static DebugException UnsupportedMediaType(ServerStatus status, ApiPath? about) => FromServer(nameof(UnsupportedMediaType), FailureKind.ProtocolError,
        $"The server does not take this sort of request{Said(status)}", "Check that the server is Kubernetes 1.25 or later: kubectl version", about?.Target, status);

    internal static DebugException Invalid(ServerStatus status, ApiPath? about) => FromServer(nameof(Invalid), FailureKind.InvalidArgument,
        $"The server finds it invalid{Said(status)}",
        status.Causes.FirstOrDefault(cause => cause.Field is not null) is { } cause ? $"Correct {cause.Field}." : "Correct the request as the message says.", about?.Target, status);

    internal static DebugException BadRequest(ServerStatus status, ApiPath? about) => FromServer(nameof(BadRequest), FailureKind.InvalidArgument,
        $"The server refuses the request (HTTP {status.Code}){Said(status)}", "Correct the request as the message says.", about?.Target, status);

    internal static DebugException DisruptionBudget(ServerStatus status, ApiPath? about) => FromServer(nameof(DisruptionBudget), FailureKind.InvalidOperation,
        $"A disruption budget forbids it now{Said(status)}{(status.Causes.FirstOrDefault(cause => cause.Reason == "DisruptionBudget")?.Message is { } which ? $" {PlainText.OneLine(which).TrimEnd('.')}." : "")}",
        $"Wait until more pods are ready: kubectl get poddisruptionbudgets{(about?.Namespace is null ? "" : " -n " + about.Namespace)}", about?.Target, status);

    internal static DebugException ServerBusy(ServerStatus status, Uri server) => FromServer(nameof(ServerBusy), FailureKind.ResourceUnavailable,
        $"The server {Address(server)} has too much to do{Said(status)}",
        status.RetryAfter is { } wait ? $"Repeat the command after {Math.Max(1, Math.Ceiling(wait.TotalSeconds)):0} seconds." : "Repeat the command later.", Address(server), status);

    internal static DebugException ServerUnavailable(ServerStatus status, Uri server) => FromServer(nameof(ServerUnavailable), FailureKind.ResourceUnavailable,
        $"The server {Address(server)} cannot answer now (HTTP {status.Code}){Said(status)}",
        "Repeat the command later; ask it how it is: kubectl get --raw /readyz?verbose", Address(server), status);

    internal static DebugException ServerError(ServerStatus status, ApiPath? about, Uri server) => FromServer(nameof(ServerError), FailureKind.InvalidOperation,
        $"The server {Address(server)} failed (HTTP {status.Code}){Said(status)}",
        "Repeat the command. If it fails again, look into the logs of the API server and of the node's kubelet.", about?.Target ?? Address(server), status);

    internal static DebugException WatchFailed(ServerStatus status, ApiPath? about) => FromServer(nameof(WatchFailed), FailureKind.InvalidOperation,
        $"The server ended the watch{Said(status)}", "Repeat the command.", about?.Target, status);

    private static DebugException FromServer(string errorId, FailureKind kind, string message, string advice, object? target, ServerStatus status) => new(errorId, kind, message, advice, target)
    {
        StatusCode = status.Code,
        StatusReason = status.Reason,
        DetailsName = status.Name,
        DetailsKind = status.Kind,
        Causes = status.Causes,
        RetryAfter = status.RetryAfter,
        ContinueToken = status.ContinueToken,
    };

    private static string Said(ServerStatus status) => status.Message.Length == 0 ? "." : $": {status.Message}";

    /// <summary>An address as people know it; without user and password, which a proxy's may hold.</summary>
    internal static string Address(Uri uri) => uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/');

    private static string Hint(string? hint) => hint is null ? "" : $"\n{PlainText.Clean(hint)}";

    private static string Names(string before, IReadOnlyCollection<string> names) =>
        names.Count == 0 ? "" : $"{before}: {PlainText.OneLine(string.Join(", ", names.Order(StringComparer.Ordinal).Take(12)))}{(names.Count > 12 ? ", ..." : "")}.";

    internal static DebugException PodNotFound(string? ns, string pod) => new(nameof(PodNotFound), FailureKind.ObjectNotFound,
        $"There is no pod '{PlainText.Clean(pod)}'{(ns is null ? "" : $" in the namespace '{ns}'")}.",
        $"See the pods there are: Get-Pod{(ns is null ? " -AllNamespaces" : $" -Namespace {ns}")}", pod);

    internal static DebugException NodeNotFound(string node) => new(nameof(NodeNotFound), FailureKind.ObjectNotFound,
        $"There is no node '{PlainText.Clean(node)}'.",
        "See the nodes there are: Get-Node", node);

    // What is asked for
    internal static DebugException InvalidContainerName(string name) => new(nameof(InvalidContainerName), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(name)}' is not a valid container name: {NameRules.LabelRule}.",
        "Give -Name a name like 'debugger-1', or leave it out to have one drawn.", name);

    internal static DebugException InvalidPodName(string name) => new(nameof(InvalidPodName), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(name)}' is not a valid pod name: {NameRules.SubdomainRule}.",
        "See the names with: Get-Pod", name);

    internal static DebugException InvalidNamespaceName(string name) => new(nameof(InvalidNamespaceName), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(name)}' is not a valid namespace name: {NameRules.LabelRule}.",
        "Give -Namespace a name like 'default'.", name);

    internal static DebugException InvalidImageReference(string image) => new(nameof(InvalidImageReference), FailureKind.InvalidArgument,
        $"invalid image name \"{PlainText.Clean(image)}\": invalid reference format.",
        "Write the image as [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST] in lower case, for example: -Image busybox:1.36", image);

    internal static DebugException InvalidImagePullPolicy(string policy) => new(nameof(InvalidImagePullPolicy), FailureKind.InvalidArgument,
        $"invalid image pull policy: {PlainText.Clean(policy)}.",
        "Use Always, IfNotPresent or Never, for example: -ImagePullPolicy IfNotPresent", policy);

    internal static DebugException InvalidEnvironmentName(string name) => new(nameof(InvalidEnvironmentName), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(name)}' is not a valid name of an environment variable: it must not be empty, and consist of printable ASCII characters other than '='.",
        "Give -Env names like: -Env @{ LEVEL = 'debug' }", name);

    internal static DebugException TtyNeedsStdin() => new(nameof(TtyNeedsStdin), FailureKind.InvalidArgument,
        "A terminal (tty) needs standard input: -Stdin is required for containers with -Tty.",
        "Add -Stdin, or leave out -Tty.");

    internal static DebugException StdinOnceNeedsStdin() => new(nameof(StdinOnceNeedsStdin), FailureKind.InvalidArgument,
        "-StdinOnce closes standard input after the first client, and standard input is not open: -Stdin is required.",
        "Add -Stdin, or leave out -StdinOnce.");

    internal static DebugException TargetAndNoTarget() => new(nameof(TargetAndNoTarget), FailureKind.InvalidArgument,
        "-Target and -NoTarget exclude each other.",
        "Give -Target CONTAINER to see its processes, or -NoTarget to see none.");

    internal static DebugException InvalidUserOrGroup(string parameter, long value) => new(nameof(InvalidUserOrGroup), FailureKind.InvalidArgument,
        $"-{parameter} {value} is out of range: it must be between 0 and 2147483647.",
        $"Give a numeric id, for example: -{parameter} 1000", value);

    internal static DebugException CustomProfileFieldNotModifiable(IEnumerable<string> fields) => new(nameof(CustomProfileFieldNotModifiable), FailureKind.InvalidArgument,
        $"name, command, image, lifecycle and volume devices are not modifiable via custom profile; it sets: {string.Join(", ", fields)}.",
        "Take these fields out of the custom profile; use -Name, -Image and -Command, or -Spec for a whole container.");

    internal static DebugException ContainerFieldForbidden(string source, IReadOnlyList<string> problems) => new(nameof(ContainerFieldForbidden), FailureKind.InvalidArgument,
        $"The {source} has fields that the server does not accept in an ephemeral container. {string.Join("; ", problems)}.",
        $"Remove these fields from the {source}.");

    internal static DebugException ContainerFieldUnknown(string source, IReadOnlyList<string> problems) => new(nameof(ContainerFieldUnknown), FailureKind.InvalidArgument,
        $"The {source} has fields that a container does not have. {string.Join("; ", problems)}.",
        "Correct the spelling or remove the fields. See them with: kubectl explain pod.spec.ephemeralContainers");

    internal static DebugException ContainerFieldInvalid(string source, IReadOnlyList<string> problems) => new(nameof(ContainerFieldInvalid), FailureKind.InvalidArgument,
        $"The {source} does not contain a valid container spec. {string.Join("; ", problems)}.",
        "Correct the fields. See their types with: kubectl explain pod.spec.ephemeralContainers");

    internal static DebugException VolumeNotFound(string pod, IEnumerable<string> volumes, IEnumerable<string> choices) => new(nameof(VolumeNotFound), FailureKind.ObjectNotFound,
        $"Pod '{pod}' has no volume '{PlainText.Clean(string.Join("', '", volumes))}', and an ephemeral container can mount the pod's own volumes only: {PlainText.Clean(string.Join(", ", choices.DefaultIfEmpty("it has none")))}.",
        "Take the volume mount out, or name one of the pod's volumes.", pod);

    internal static DebugException PodFinished(string pod, string phase) => new(nameof(PodFinished), FailureKind.InvalidOperation,
        $"Pod '{pod}' has finished ({PlainText.Clean(phase)}): the server would take an ephemeral container, and the kubelet would never start it.",
        "Choose a pod that runs; see which do with: Get-Pod -Field status.phase=Running", pod);

    internal static DebugException PodBeingDeleted(string pod) => new(nameof(PodBeingDeleted), FailureKind.InvalidOperation,
        $"Pod '{pod}' is being deleted: a container added now would not live.",
        "Choose another pod of the same workload; see them with: Get-Pod", pod);

    // Starting a container
    internal static DebugException ImageNotFound(StartObservation seen, string? message) => CannotStart(nameof(ImageNotFound), FailureKind.ObjectNotFound, seen,
        $"the registry has no image {Image(seen)}", message,
        $"Check the name and the tag, and add one that exists, for example: -Image busybox. {Stays(seen)}");

    internal static DebugException ImagePullUnauthorized(StartObservation seen, string? message) => CannotStart(nameof(ImagePullUnauthorized), FailureKind.PermissionDenied, seen,
        $"the registry does not let the node pull {Image(seen)}, or has no such image", message,
        (seen.Container.Kind == ContainerKind.Ephemeral
            ? "Check the name; for a private registry give the pod's service account an imagePullSecret (an ephemeral container can use only those that its pod has), or use a public image: -Image busybox. "
            : "Check the name; for a private registry name a pull secret of the pod's namespace: -ImagePullSecret NAME. Or use a public image: -Image busybox. ") + Stays(seen));

    internal static DebugException RegistryUnreachable(StartObservation seen, string? message) => CannotStart(nameof(RegistryUnreachable), FailureKind.ConnectionError, seen,
        $"the node does not reach the registry of {Image(seen)}", message,
        $"Check the registry's host name, or use an image that the node has: -ImagePullPolicy IfNotPresent. {Stays(seen)}");

    internal static DebugException RegistryNotTrusted(StartObservation seen, string? message) => CannotStart(nameof(RegistryNotTrusted), FailureKind.ConnectionError, seen,
        $"the node does not trust the registry of {Image(seen)}, or they do not agree on TLS", message,
        $"Have the registry's CA installed on the node, or use an image from another registry: -Image busybox. {Stays(seen)}");

    internal static DebugException ImageRateLimited(StartObservation seen, string? message) => CannotStart(nameof(ImageRateLimited), FailureKind.ResourceUnavailable, seen,
        $"the registry limits how often {Image(seen)} may be pulled", message,
        $"Wait, use a mirror, or an image that the node has: -ImagePullPolicy IfNotPresent. {Stays(seen)}");

    internal static DebugException ImageWrongPlatform(StartObservation seen, string? message) => CannotStart(nameof(ImageWrongPlatform), FailureKind.ResourceUnavailable, seen,
        $"the image {Image(seen)} does not exist for the node's operating system and processor", message,
        "Use an image that is built for the node's platform; see it with: Get-Node");

    internal static DebugException ImagePullFailed(StartObservation seen, string? message) => CannotStart(nameof(ImagePullFailed), FailureKind.ResourceUnavailable, seen,
        $"the image {Image(seen)} cannot be pulled", message,
        $"Try another image: -Image busybox. {Stays(seen)}");

    internal static DebugException ImageNeverPulled(StartObservation seen, string? message) => CannotStart(nameof(ImageNeverPulled), FailureKind.ResourceUnavailable, seen,
        $"the node does not have the image {Image(seen)}, and the pull policy is Never", message,
        "Let it be pulled: -ImagePullPolicy IfNotPresent");

    internal static DebugException ImageNameRefused(StartObservation seen, string? message) => CannotStart(nameof(ImageNameRefused), FailureKind.InvalidArgument, seen,
        $"the node does not understand the image name {Image(seen)}", message,
        "Write the image as [HOST[:PORT]/]NAME[:TAG] in lower case, for example: -Image busybox:1.36");

    internal static DebugException ImageInspectFailed(StartObservation seen, string? message) => CannotStart(nameof(ImageInspectFailed), FailureKind.ResourceUnavailable, seen,
        $"the node's container runtime cannot read the image {Image(seen)}", message,
        "Try another image: -Image busybox");

    internal static DebugException ImageSignatureRefused(StartObservation seen, string? message) => CannotStart(nameof(ImageSignatureRefused), FailureKind.PermissionDenied, seen,
        $"the node's policy refuses the signature of the image {Image(seen)}", message,
        "Use an image that is signed as the policy demands: -Image IMAGE");

    internal static DebugException ImageRunsAsRoot(StartObservation seen, string? message) => CannotStart(nameof(ImageRunsAsRoot), FailureKind.InvalidOperation, seen,
        $"it must not run as root (runAsNonRoot), and {Image(seen)} would", message,
        $"Give it a user: -RunAsUser 1000. {(seen.Container.Kind == ContainerKind.Ephemeral ? "Where the namespace allows root and only the profile forbids it: -Profile General" : "Where it may be root: -AsRoot")}");

    internal static DebugException ImageUserNotNumeric(StartObservation seen, string? message) => CannotStart(nameof(ImageUserNotNumeric), FailureKind.InvalidOperation, seen,
        $"it must not run as root (runAsNonRoot), and {Image(seen)} names its user in letters, which the kubelet cannot judge", message,
        "Give the user's number: -RunAsUser 1000");

    internal static DebugException TargetNotStarted(StartObservation seen, string? message) => CannotStart(nameof(TargetNotStarted), FailureKind.InvalidOperation, seen,
        $"its target '{PlainText.Clean((seen.Container as EphemeralContainer)?.Target)}' does not run yet", message,
        "It starts by itself when the target does; see it with: Get-EphemeralContainer. To debug before that, share no processes: -NoTarget");

    internal static DebugException ConfigurationNotFound(StartObservation seen, string? message) => CannotStart(nameof(ConfigurationNotFound), FailureKind.ObjectNotFound, seen,
        "a ConfigMap or Secret that its environment refers to, or a key of it, does not exist", message,
        "Create it, and the container starts by itself; or add another container without -CopyEnv.");

    internal static DebugException ContainerConfigurationRefused(StartObservation seen, string? message) => CannotStart(nameof(ContainerConfigurationRefused), FailureKind.InvalidOperation, seen,
        "the kubelet cannot make its configuration", message,
        "Add another container without what the message names, for example with -NoTarget or -Profile General.");

    internal static DebugException ContainerCreateFailed(StartObservation seen, string? message) => CannotStart(nameof(ContainerCreateFailed), FailureKind.ResourceUnavailable, seen,
        "the container runtime cannot create it", message,
        "Try another image or command: -Image busybox -- sh");

    internal static DebugException CommandNotFound(StartObservation seen, string? message) => CannotStart(nameof(CommandNotFound), FailureKind.ObjectNotFound, seen,
        $"the image {Image(seen)} does not have the command '{PlainText.Clean(seen.Container.Command.Concat(seen.Container.Arguments).FirstOrDefault())}'", message,
        "Leave the command out to run the image's own, or use an image that has it, for example: -Image busybox -- sh");

    internal static DebugException ContainerRunFailed(StartObservation seen, string? message) => CannotStart(nameof(ContainerRunFailed), FailureKind.InvalidOperation, seen,
        "the container runtime cannot run its process", message,
        "Try another command, working directory or image: -Image busybox -- sh");

    internal static DebugException InitContainerFailed(StartObservation seen, ContainerInfo init) => new(nameof(InitContainerFailed), FailureKind.InvalidOperation,
        $"Container '{seen.Container.Name}' of pod '{seen.Pod}' does not start: the init container '{PlainText.Clean(init.Name)}' before it has failed{End(init)}.",
        $"See why: Get-EphemeralContainerLog {seen.Container.Pod} {init.Name} -Namespace {seen.Container.Namespace}. "
            + $"Copy without it: Copy-PodForDebug -RemoveInitContainer {init.Name}, or to try it by hand: -InitContainer {init.Name}. This pod stays; {Remove(seen.Container)}",
        seen.Container.ToString());

    internal static DebugException PodNotAdmitted(StartObservation seen) => new(nameof(PodNotAdmitted), FailureKind.ResourceUnavailable,
        $"Pod '{seen.Pod}' has ended before container '{seen.Container.Name}' started ({PlainText.Clean(seen.Detail?.Row.Status ?? seen.Phase)}){(seen.Detail?.Message is { Length: > 0 } said ? ": " + PlainText.OneLine(said) : ".")}",
        seen.IsUndone ? $"Choose another node, or ask for nothing of this one: -Cpu '' -Memory ''. {Undone}" : $"Choose another node, or let the scheduler choose; {Remove(seen.Container)}",
        seen.Container.ToString());

    internal static DebugException PodDeleted(string pod, string container) => new(nameof(PodDeleted), FailureKind.ObjectNotFound,
        $"Pod '{pod}' was deleted before container '{PlainText.Clean(container)}' started.",
        "Choose another pod of the same workload; see them with: Get-Pod", $"{pod}/{container}");

    internal static DebugException ContainerNotReported(StartObservation seen, TimeSpan waited, string? hint) => CannotStart(nameof(ContainerNotReported), FailureKind.OperationTimeout, seen,
        $"after {waited.TotalSeconds:0} s the kubelet has not said anything about it (the pod is {PlainText.Clean(seen.Phase ?? "Unknown")})", hint,
        $"See whether the pod has a node, and whether the node is ready: Get-Pod and Get-Node. {(seen.IsUndone ? Undone : "It may still start: " + See(seen.Container))}", "has not started", "The last warning about it");

    internal static DebugException ContainerStartTimedOut(StartObservation seen, ContainerInfo? init, TimeSpan waited, string? hint) => CannotStart(nameof(ContainerStartTimedOut), FailureKind.OperationTimeout, seen,
        $"after {waited.TotalSeconds:0} s {(init is null ? $"it is still {PlainText.Clean(seen.Container.Reason ?? "waiting")}" : $"the init container '{PlainText.Clean(init.Name)}' before it still runs")}", hint,
        $"{(seen.IsUndone ? Undone : $"It goes on; see it with: {See(seen.Container)}.")} Wait longer with: -TimeoutSec 300", "has not started", "The last warning about it");

    private const string Undone = "The pod is deleted.";

    // What is made stays, and the kubelet goes on trying.
    private static string Stays(StartObservation seen) => seen.IsUndone ? Undone : seen.Container.Kind == ContainerKind.Ephemeral
        ? "The container stays in the pod, and starts by itself if a later pull succeeds; see it with: Get-EphemeralContainer"
        : $"The pod stays, and starts by itself if a later pull succeeds; {Remove(seen.Container)}";

    private static string Remove(ContainerInfo container) => $"remove it with: Remove-DebugArtifact {container.Pod} -Namespace {container.Namespace}";

    private static string See(ContainerInfo container) => container.Kind == ContainerKind.Ephemeral
        ? $"Get-EphemeralContainer {container.Pod} -Name {container.Name} -Namespace {container.Namespace}"
        : $"Get-Pod {container.Pod} -Namespace {container.Namespace}";

    private static string Image(StartObservation seen) => $"'{PlainText.Clean(seen.Container.Image)}'";

    private static DebugException CannotStart(string errorId, FailureKind kind, StartObservation seen, string cause, string? message, string advice,
        string verdict = "cannot start", string speaker = "The kubelet says") => new(errorId, kind,
        $"Container '{seen.Container.Name}' of pod '{seen.Pod}' {verdict}: {cause}." + (string.IsNullOrEmpty(message) ? "" : $" {speaker}: {PlainText.Clean(message)}"),
        advice, seen.Container.ToString());

    // Adding and waiting
    internal static DebugException PodRequired(string cmdlet) => new(nameof(PodRequired), FailureKind.InvalidArgument,
        $"{cmdlet} was given no pod.",
        $"Name one: {cmdlet} web-0. Or pipe some: Get-Pod -Label app=web | {cmdlet}");

    internal static DebugException PodGivenTwice() => new(nameof(PodGivenTwice), FailureKind.InvalidArgument,
        "Pods were given with -Pod and in another way: through the pipeline, or with -Workload or -Node.",
        "Leave one of them out.");

    internal static DebugException PodReplaced(string ns, string pod) => new(nameof(PodReplaced), FailureKind.ObjectNotFound,
        $"The pod '{ns}/{pod}' is not the one that was piped: it was deleted, and another has its name now.",
        $"Look again: Get-Pod {pod} -Namespace {ns}", $"{ns}/{pod}");

    internal static DebugException ContainerNotStored(string ns, string pod, string container) => new(nameof(ContainerNotStored), FailureKind.ProtocolError,
        $"The server accepted the ephemeral container '{container}', but the pod '{ns}/{pod}' that it gave back has none of that name.",
        "Something between here and the server, or an admission webhook, took it out. Ask whoever runs the cluster.", $"{ns}/{pod}");

    internal static DebugException NoEphemeralContainer(string ns, string pod) => new(nameof(NoEphemeralContainer), FailureKind.ObjectNotFound,
        $"The pod '{ns}/{pod}' has no ephemeral container.",
        $"Add one: New-EphemeralContainer {pod} -Namespace {ns}. The log of one of its own containers: Get-EphemeralContainerLog {pod} NAME -Namespace {ns}", $"{ns}/{pod}");

    internal static DebugException EphemeralContainerNotFound(string ns, string pod, string container, IEnumerable<string> choices, bool any = false) => new(
        nameof(EphemeralContainerNotFound), FailureKind.ObjectNotFound,
        $"The pod '{ns}/{pod}' has no {(any ? "" : "ephemeral ")}container '{container}'.",
        string.Join(", ", choices) is { Length: > 0 } names ? $"It has: {names}." : $"It has none. Add one: New-EphemeralContainer {pod} -Namespace {ns}",
        $"{ns}/{pod}");

    internal static DebugException WaitTimeout(string pod, string container, TimeSpan timeout) => new(nameof(WaitTimeout), FailureKind.OperationTimeout,
        $"Container '{container}' of pod '{pod}' still runs after {timeout.TotalSeconds:0} s.",
        "It goes on; see it with: Get-EphemeralContainer. Wait longer with: -TimeoutSec 300, or without end: -TimeoutSec 0", $"{pod}/{container}");

    // Copies, and the pods of nodes
    internal static DebugException CleanupTimedOut(TimeSpan patience) => new(nameof(CleanupTimedOut), FailureKind.OperationTimeout,
        $"The server did not answer within {patience.TotalSeconds:0} s.", "Try again when it does.");

    internal static DebugException TargetForCopy() => new(nameof(TargetForCopy), FailureKind.InvalidArgument,
        "-Target is for ephemeral containers: the containers of a copy share their processes all together, or not at all.",
        "Use -ShareProcesses instead.");

    internal static DebugException PodNameTaken(string ns, string name, DebugException said) => Refused(nameof(PodNameTaken), FailureKind.ResourceExists,
        $"There is a pod '{ns}/{PlainText.Clean(name)}' already.", "Choose another name with -CopyTo, or leave it out to have one drawn.", $"{ns}/{name}", said);

    internal static DebugException WorkloadAndPod() => new(nameof(WorkloadAndPod), FailureKind.InvalidArgument,
        "Both a pod and -Workload were given.",
        "Give a pod to copy it as it is, or -Workload to copy the template: Copy-PodForDebug -Workload deploy/web");

    internal static DebugException NothingToEnter(string source) => new(nameof(NothingToEnter), FailureKind.InvalidArgument,
        $"A copy of {PlainText.Clean(source)} with other images alone has no debug container that -Interactive could enter. Nothing was created.",
        "Say which: -Container NAME. Or add one: -Image busybox", source);

    internal static DebugException LeftBehind(DebugPod pod, DebugException reason) => new(nameof(LeftBehind), FailureKind.InvalidOperation,
        $"The pod '{pod.Namespace}/{pod.Name}' could not be deleted: {reason.Message}{(pod.Expires is { } end ? $" The server ends it at {end:u}." : "")}",
        $"Remove it: Remove-DebugArtifact {pod.Name} -Namespace {pod.Namespace}", $"{pod.Namespace}/{pod.Name}", reason);

    internal static DebugException NamespaceLeftBehind(string ns, DebugException reason) => new(nameof(NamespaceLeftBehind), FailureKind.InvalidOperation,
        $"The temporary namespace '{ns}', which admits privileged pods, could not be deleted: {reason.Message}",
        $"Remove it with all that is in it: kubectl delete namespace {ns}", ns, reason);

    internal static DebugException NamespaceRefusesNodePods(string ns, string level, DebugProfile profile, IReadOnlyCollection<string> choices, DebugException said) => Refused(nameof(NamespaceRefusesNodePods), FailureKind.PermissionDenied,
        $"The namespace '{ns}' has the Pod Security level '{PlainText.Clean(level)}', which refuses the pod of a node with the profile {profile}. Nothing was created. {said.Message}",
        $"{(choices.Count == 0 ? "Use a namespace that admits it: -Namespace NAME" : $"Use a namespace that would do: -Namespace {string.Join(", or ", choices)}")}. Or have one made, and removed afterwards: -TemporaryNamespace", ns, said);

    internal static DebugException NodeRequired(string cmdlet) => new(nameof(NodeRequired), FailureKind.InvalidArgument,
        $"{cmdlet} was given no node.",
        $"Name one: {cmdlet} worker-1. See them with: Get-Node");

    internal static DebugException NodeGivenTwice() => new(nameof(NodeGivenTwice), FailureKind.InvalidArgument,
        "Nodes were given both through the pipeline and with -Node.",
        "Leave one of them out.");

    internal static DebugException OneNodeOnly(IReadOnlyCollection<string> nodes, string cmdlet) => new(nameof(OneNodeOnly), FailureKind.InvalidArgument,
        $"A session at a terminal is on one node, and {nodes.Count} were given: {PlainText.OneLine(string.Join(", ", nodes))}. Nothing was created.",
        $"Choose one: Get-Node ... | Select-Object -First 1 | {cmdlet}. Or run a command on each: {cmdlet} -NoTerminal -- COMMAND. Or make the pods: {cmdlet} -NoEnter");

    internal static DebugException ReplacedNotDeleted(DebugPod copy, string source, DebugException reason) => new(nameof(ReplacedNotDeleted), FailureKind.InvalidOperation,
        $"The copy '{copy.Namespace}/{copy.Name}' was made, but its source '{source}' could not be deleted: {reason.Message}",
        $"Delete the source: kubectl delete pod {source.Split('/')[^1]} -n {copy.Namespace}. Or remove the copy: Remove-DebugArtifact {copy.Name} -Namespace {copy.Namespace}", source, reason);

    // Stopping
    internal static DebugException ContainerNotStarted(EphemeralContainer container) => new(nameof(ContainerNotStarted), FailureKind.InvalidOperation,
        $"Container '{container.Name}' of pod '{container.Namespace}/{container.Pod}' does not run yet ({PlainText.Clean(container.Reason ?? container.State.ToString())}): there is nothing to stop.",
        $"If it must not start, the pod has to go: kubectl delete pod {container.Pod} -n {container.Namespace}. Else wait for it: Wait-EphemeralContainer {container.Pod} {container.Name} -Namespace {container.Namespace}",
        container.ToString());

    internal static DebugException PodGoneMeanwhile(ContainerInfo container) => new(nameof(PodGoneMeanwhile), FailureKind.ObjectNotFound,
        $"Pod '{container.Namespace}/{container.Pod}' was deleted meanwhile, and container '{container.Name}' with it.",
        "Nothing is left to do.", container.ToString());

    internal static DebugException ContainerNotStopped(EphemeralContainer container, IEnumerable<string> tried, string? owner) => new(nameof(ContainerNotStopped), FailureKind.InvalidOperation,
        $"Container '{container.Name}' of pod '{container.Namespace}/{container.Pod}' still runs: {string.Join("; ", tried.Select(one => PlainText.OneLine(one)))}.",
        owner is null
            ? $"It ends only with its pod, which nothing would make again: kubectl delete pod {container.Pod} -n {container.Namespace}"
            : $"It ends only with its pod, which {PlainText.Clean(owner)} makes again: kubectl delete pod {container.Pod} -n {container.Namespace}. Or restart the whole workload: kubectl rollout restart",
        container.ToString());

    internal static DebugException WorkloadWithOtherSelection(string parameter) => new(nameof(WorkloadWithOtherSelection), FailureKind.InvalidArgument,
        $"-Workload selects the pods by itself and cannot be combined with {parameter}.",
        $"Leave {parameter} out.");

    internal static DebugException ConfirmationRequired(string action, string target) => new(nameof(ConfirmationRequired), FailureKind.InvalidOperation,
        $"{action}: {PlainText.OneLine(target)}. That asks for confirmation, and nobody can be asked here. Nothing was done.",
        "Where you are sure, add: -Confirm:$false", target);

    internal static DebugException SpecNotAnObject(string parameter) => new(nameof(SpecNotAnObject), FailureKind.InvalidArgument,
        $"What -{parameter} was given is not a mapping.",
        $"Give a hashtable, JSON or YAML text, or a file of either: -{parameter} @{{ securityContext = @{{ runAsUser = 1000 }} }}");

    internal static DebugException SpecFileUnreadable(string parameter, string path, Exception inner) => new(nameof(SpecFileUnreadable), FailureKind.ObjectNotFound,
        $"The file '{path}' that -{parameter} names cannot be read: {inner.Message}",
        "Give an existing file of JSON or YAML.", path, inner);

    internal static DebugException SpecUnreadable(string parameter, string? file, Exception inner) => new(nameof(SpecUnreadable), FailureKind.InvalidData,
        $"{(file is null ? $"What -{parameter} was given" : $"The file '{file}'")} is neither JSON nor YAML: {inner.Message}",
        "Check the brackets, the indentation and the quotes at that place.", file, inner);

    // Copies and pods of nodes
    internal static DebugException ParametersExclude(string one, string other) => new(nameof(ParametersExclude), FailureKind.InvalidArgument,
        $"{one} and {other} exclude each other.",
        "Leave one of them out.");

    internal static DebugException InvalidDeadline(TimeSpan after) => new(nameof(InvalidDeadline), FailureKind.InvalidArgument,
        $"-ExpireAfter {after} is out of range: it must be between one second and 68 years, or 0 for no end.",
        "Give a duration, for example: -ExpireAfter 8h", after);

    internal static DebugException InvalidQuantity(string parameter, string quantity) => new(nameof(InvalidQuantity), FailureKind.InvalidArgument,
        $"-{parameter} '{PlainText.Clean(quantity)}' is not a Kubernetes quantity: a number, with a unit such as m, Ki, Mi or Gi.",
        parameter == "Cpu" ? "Give processor time like: -Cpu 100m" : "Give memory like: -Memory 256Mi", quantity);

    internal static DebugException CopyContainerNotFound(string source, string parameter, string name, IEnumerable<string> choices) => new(nameof(CopyContainerNotFound), FailureKind.ObjectNotFound,
        $"{PlainText.Clean(source)} has no container '{PlainText.Clean(name)}' for {parameter}; there is: {PlainText.Clean(string.Join(", ", choices.DefaultIfEmpty("none")))}.",
        parameter == "-Container" ? $"Name one of these, or make a new one by giving its image: -Container {PlainText.Clean(name)} -Image busybox" : "Name one of these.", source);

    internal static DebugException CopyContainerRemoved(string source, string name) => new(nameof(CopyContainerRemoved), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(name)}' is an init container of {PlainText.Clean(source)}, and the copy has no init containers (-KeepInitContainers is false).",
        $"Leave -KeepInitContainers out, or try the init container by hand: -InitContainer {PlainText.Clean(name)}", source);

    internal static DebugException CopyCommandWithoutContainer(string source) => new(nameof(CopyCommandWithoutContainer), FailureKind.InvalidArgument,
        $"A command or environment was given for the copy of {PlainText.Clean(source)}, and -SetImage alone does not tell which container it is for.",
        "Name the container with -Container, or give the image of a new one with -Image.", source);

    internal static DebugException SourceWithoutNode(string source) => new(nameof(SourceWithoutNode), FailureKind.InvalidOperation,
        $"{PlainText.Clean(source)} has no node, so there is no same node for the copy.",
        "Leave -SameNode out, or name a node: -Node NAME. See the nodes with: Get-Node", source);

    internal static DebugException OwnerInOtherNamespace(string source) => new(nameof(OwnerInOtherNamespace), FailureKind.InvalidArgument,
        $"The copy cannot be deleted with {PlainText.Clean(source)}: an owner must be an object of the same namespace of this cluster.",
        "Leave -DeleteWithSource out; -ExpireAfter ends the copy too.", source);

    internal static DebugException FreezeUnsupported(string reason, string advice) => new(nameof(FreezeUnsupported), FailureKind.InvalidOperation,
        $"The container cannot be frozen in this way. {reason}.", advice);

    internal static DebugException WorkloadWithoutTemplate(string workload) => new(nameof(WorkloadWithoutTemplate), FailureKind.InvalidOperation,
        $"{PlainText.Clean(workload)} has no template of a pod, so there is nothing to copy.",
        "Name a deployment, statefulset, daemonset, replicaset, replicationcontroller, job or cronjob, or copy a pod.", workload);

    internal static DebugException HostShellNeedsSysadmin(DebugProfile profile) => new(nameof(HostShellNeedsSysadmin), FailureKind.InvalidArgument,
        $"-HostShell enters the namespaces of the node, which the profile {profile} does not allow.",
        "Leave -Profile out, or use: -Profile Sysadmin");

    internal static DebugException ReadOnlyHostWithoutMount(DebugProfile profile) => new(nameof(ReadOnlyHostWithoutMount), FailureKind.InvalidArgument,
        $"-ReadOnlyHost is about the node's files under /host, which the profile {profile} does not mount.",
        "Leave -ReadOnlyHost out, or use: -Profile General");

    internal static DebugException ProfileNotForWindows(string node, DebugProfile profile) => new(nameof(ProfileNotForWindows), FailureKind.InvalidArgument,
        $"The node '{PlainText.Clean(node)}' runs Windows, where the profile {profile} means nothing: it is about namespaces, capabilities and mounts of Linux.",
        "Leave -Profile out, or use -Profile Sysadmin, which runs a process of the host.", node);

    // What debugging left
    internal static DebugException NothingOfDebugging(string what) => new(nameof(NothingOfDebugging), FailureKind.InvalidArgument,
        $"{what} bears no mark of a debugging tool, and debugging left nothing in it. Nothing was done.",
        "See what debugging left: Get-DebugArtifact. A copy that kubectl debug --copy-to made has no mark; where you are sure, delete it by its name: kubectl delete pod", what);

    internal static DebugException NotAnArtifact(object? value) => new(nameof(NotAnArtifact), FailureKind.InvalidArgument,
        $"'{PlainText.OneLine(value?.ToString() ?? "")}' is nothing that can be removed here.",
        "Give an object of Get-DebugArtifact, or a pod: Get-DebugArtifact | Remove-DebugArtifact", value);

    internal static DebugException EphemeralContainerStays(DebugArtifact artifact) => new(nameof(EphemeralContainerStays), FailureKind.InvalidOperation,
        $"The ephemeral container '{artifact.Container}' of pod '{artifact.Namespace}/{artifact.Pod}' leaves only together with its pod. Nothing was done.",
        $"Have the pod made again, as its disruption budget allows: -Evict. Or restart the workload that owns it: -RestartWorkload. To end its process and leave the entry: Stop-EphemeralContainer {artifact.Pod} {artifact.Container} -Namespace {artifact.Namespace}",
        artifact.ToString());

    internal static DebugException EvictionNeedsForce(DebugArtifact artifact, string why) => new(nameof(EvictionNeedsForce), FailureKind.InvalidOperation,
        $"Pod '{artifact.Namespace}/{artifact.Pod}' was not evicted: {PlainText.OneLine(why)}.",
        $"Where it may be lost, add: -Force. To end the container and keep the pod: Stop-EphemeralContainer {artifact.Pod} {artifact.Container} -Namespace {artifact.Namespace}",
        artifact.ToString());

    internal static DebugException NamespaceHoldsOthers(string ns, string pod) => new(nameof(NamespaceHoldsOthers), FailureKind.InvalidOperation,
        $"The namespace '{ns}' holds a pod that debugging did not make: '{pod}'. It was not deleted.",
        "Where everything in it may be lost, add: -Force", ns);

    internal static DebugException NoWorkload(string ns, string pod) => new(nameof(NoWorkload), FailureKind.InvalidOperation,
        $"Pod '{ns}/{pod}' has no owner, so there is no workload to restart.",
        "Evict it where it may be lost, because nothing would make it again: -Evict -Force", $"{ns}/{pod}");

    internal static DebugException WorkloadNotReplacing(string workload, string ns, string why) => new(nameof(WorkloadNotReplacing), FailureKind.InvalidOperation,
        $"{PlainText.Clean(workload)} in the namespace '{ns}' would replace no pod: {why}. It was not restarted.",
        "Evict the pod instead: Remove-DebugArtifact -Evict", $"{ns}/{workload}");

    internal static DebugException DeadlineForOthersPod(string what) => new(nameof(DeadlineForOthersPod), FailureKind.InvalidOperation,
        $"{what} was not made by debugging: a deadline would end everything in it. Nothing was done.",
        "To end an ephemeral container: Stop-EphemeralContainer. To remove it together with its pod: -Evict or -RestartWorkload", what);

    internal static DebugException DeadlineForNamespace(string ns) => new(nameof(DeadlineForNamespace), FailureKind.InvalidArgument,
        $"'{ns}' is a namespace, and the server ends none by itself.",
        "Delete it now: leave -ExpireAfter out. Or give its pods a deadline.", ns);

    internal static DebugException DeadlineNotRaised(string ns, string pod, DateTimeOffset ends) => new(nameof(DeadlineNotRaised), FailureKind.InvalidOperation,
        $"Pod '{ns}/{pod}' has a deadline that is sooner ({ends.UtcDateTime:u}), and a deadline can be lowered only.",
        "Leave it, or give a shorter time with -ExpireAfter.", $"{ns}/{pod}");

    internal static DebugException DeadlineOfFinishedPod(string ns, string pod, string phase) => new(nameof(DeadlineOfFinishedPod), FailureKind.InvalidOperation,
        $"Pod '{ns}/{pod}' has finished ({PlainText.Clean(phase)}), where a deadline has nothing to end.",
        "Delete it: leave -ExpireAfter out.", $"{ns}/{pod}");

    // Reading the cluster
    internal static DebugException ResponseMalformed(string what, Exception inner) => new(nameof(ResponseMalformed), FailureKind.ProtocolError,
        $"The answer to {what} is not what a Kubernetes API server sends: {PlainText.Clean(inner.Message)}",
        "Check the server's address in the kubeconfig: it may be that of a proxy or of a web page.", what, inner);

    internal static DebugException WatchLost(string what, int attempts, Exception? inner) => new(nameof(WatchLost), FailureKind.ConnectionError,
        $"The watch of {what} was lost, and {attempts} attempts to take it up again failed{(inner is null ? "" : ": " + inner.Message)}",
        "Check that the server can be reached (Get-Node), then run the command again.", what, inner);

    internal static DebugException WatchRefused(string what, int code, string? reason, string message) => new(nameof(WatchRefused), FailureKind.InvalidOperation,
        $"The server ended the watch of {what}: {message}", "Run the command again.", what) { StatusCode = code, StatusReason = reason };

    internal static DebugException InvalidObjectName(string kind, string name) => new(nameof(InvalidObjectName), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(name)}' is not a valid name of a {kind}: {NameRules.SubdomainRule}.",
        "Look the name up with Get-Pod or Get-Node.", name);

    internal static DebugException InvalidLabelSelector(string selector, int position, string why) => new(nameof(InvalidLabelSelector), FailureKind.InvalidArgument,
        $"The label selector '{PlainText.Clean(selector)}' is wrong at character {position}: {PlainText.Clean(why)}.",
        "Write it as kubectl takes it: -Label 'app=web,tier!=test', 'env in (a,b)', '!canary'.", selector);

    internal static DebugException InvalidFieldSelector(string selector, int position, string why) => new(nameof(InvalidFieldSelector), FailureKind.InvalidArgument,
        $"The field selector '{PlainText.Clean(selector)}' is wrong at character {position}: {PlainText.Clean(why)}.",
        "Write it as kubectl takes it: -Field 'status.phase=Running,spec.nodeName!=n1'.", selector);

    internal static DebugException InvalidWorkload(string workload) => new(nameof(InvalidWorkload), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(workload)}' does not name a workload.", "Write the kind, a slash and the name: -Workload deploy/web.", workload);

    internal static DebugException UnknownWorkloadKind(string workload, string kind) => new(nameof(UnknownWorkloadKind), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(kind)}' is no kind of workload that has pods.",
        "Give one of deployment, statefulset, daemonset, replicaset, replicationcontroller, job, cronjob or service, or select pods with -Label.", workload);

    internal static DebugException WorkloadNotFound(string workload, string ns, DebugException said) => new(nameof(WorkloadNotFound), FailureKind.ObjectNotFound,
        $"There is no {workload} in the namespace '{ns}'.", $"Check the name and the namespace: kubectl get {workload.Split('/')[0]} -n {ns}", workload, said)
    { StatusCode = said.StatusCode, StatusReason = said.StatusReason };

    internal static DebugException WorkloadWithoutSelector(string workload, string ns) => new(nameof(WorkloadWithoutSelector), FailureKind.InvalidOperation,
        $"{workload} in the namespace '{ns}' has no selector, so it does not tell which pods are its own.", "Select the pods with -Label or by name.", workload);

    internal static DebugException WorkloadWithoutRestart(string workload) => new(nameof(WorkloadWithoutRestart), FailureKind.InvalidArgument,
        $"{PlainText.Clean(workload)} cannot be restarted: only a Deployment, a StatefulSet and a DaemonSet replace their pods when their template changes.",
        "Name the workload that owns it, or evict the pod: Remove-DebugArtifact -Evict", workload);

    // Adding an ephemeral container
    internal static DebugException EphemeralContainersUnsupported(string pod, DebugException said) => Refused(nameof(EphemeralContainersUnsupported), FailureKind.InvalidOperation,
        $"The server does not know ephemeral containers (pods/ephemeralcontainers): {said.Message}",
        "Ephemeral containers need Kubernetes 1.25 or later. On an older server, debug a copy: Copy-PodForDebug NAME -Interactive", pod, said);

    internal static DebugException ContainerNameTaken(string pod, string taken, DebugException? said = null) => Refused(nameof(ContainerNameTaken), FailureKind.ResourceExists,
        $"Pod '{pod}' already has {PlainText.Clean(taken)}, and ephemeral containers can be neither changed nor removed{Said(said)}",
        "Choose another name with -Name, or leave it out to have a free one drawn.", pod, said);

    internal static DebugException StaticPod(string pod, DebugException? said = null) => Refused(nameof(StaticPod), FailureKind.InvalidOperation,
        $"Pod '{pod}' is a static pod, run by the kubelet from a file of its node: static pods do not support ephemeral containers{Said(said)}",
        "Read what it says: Get-EphemeralContainerLog POD CONTAINER. Run a command in one of its containers: Invoke-DebugCommand POD -Container CONTAINER -- COMMAND. Or debug the node that it runs on: Enter-NodeDebug NODE", pod, said);

    internal static DebugException TargetNotFound(string pod, string target, IEnumerable<string> choices) => new(nameof(TargetNotFound), FailureKind.ObjectNotFound,
        $"Pod '{pod}' has no container '{PlainText.Clean(target)}' whose processes could be shared; it has: {PlainText.Clean(string.Join(", ", choices))}.",
        "Give -Target one of these names, or -NoTarget.", pod);

    internal static DebugException TargetNotFound(string pod, DebugException said) => Refused(nameof(TargetNotFound), FailureKind.ObjectNotFound,
        $"The pod '{pod}' has no container of the target's name: {FirstLine(said.Message)}",
        "See its containers with: Get-Pod NAME | Select-Object -ExpandProperty Containers.", pod, said);

    // Streams
    internal static DebugException ContainerNotRunning(ServerStatus status, ApiPath about) => FromServer(nameof(ContainerNotRunning), FailureKind.InvalidOperation,
        $"The container does not run (yet, or no longer){Said(status)}",
        $"See how it is: Get-EphemeralContainer {about.Name} -Namespace {about.Namespace}. If it has ended, its log may say why.", about.Target, status);

    internal static DebugException StreamUpgradeBlocked(string? pod, string problem) => new(nameof(StreamUpgradeBlocked), FailureKind.ProtocolError,
        $"The stream was not opened: {PlainText.OneLine(problem)}.",
        "Something between here and the server does not let WebSockets through; let whoever runs the proxy allow the Upgrade header, or go around it.", pod);

    internal static DebugException StreamProtocolUnsupported(string? pod, string? protocol) => new(nameof(StreamProtocolUnsupported), FailureKind.ProtocolError,
        $"The server speaks none of the protocols v5.channel.k8s.io and v4.channel.k8s.io{(protocol is null ? "" : $", but '{PlainText.OneLine(protocol)}'")}.",
        "Check that the server is Kubernetes 1.25 or later (kubectl version), and that no proxy in between takes headers away.", pod);

    internal static DebugException InputEndUnsupported(string pod) => new(nameof(InputEndUnsupported), FailureKind.InvalidOperation,
        "The server speaks v4.channel.k8s.io only, which cannot tell the process that its input is at its end.",
        "Let the command end by itself (head -n 1, sh with an 'exit' at the end of its input), or use a server of Kubernetes 1.30 or later.", pod);

    // The terminal
    internal static DebugException TerminalInUse() => new(nameof(TerminalInUse), FailureKind.InvalidOperation,
        "The terminal is in use by another session of this PowerShell.", "Leave that session first, or enter one container at a time.");

    internal static DebugException TerminalNotSet(string said) => new(nameof(TerminalNotSet), FailureKind.ResourceUnavailable,
        $"The terminal cannot be set to give every key to the container: {said}",
        "Run the command in the foreground of a terminal, or give input with -StandardInput.");

    internal static DebugException InvalidDetachKeys(string keys, string key) => new(nameof(InvalidDetachKeys), FailureKind.InvalidArgument,
        $"'{PlainText.Clean(key)}' in the detach keys '{PlainText.Clean(keys)}' is no key.",
        "Write single characters, DEL, or ctrl- with one of @ a..z [ \\ ] ^ _, with commas between them: -DetachKeys 'ctrl-p,ctrl-q'. 'none' turns them off.", keys);

    // Sessions
    internal static DebugException TerminalRequired(string form) => new(nameof(TerminalRequired), FailureKind.InvalidOperation,
        "There is no terminal here: input or output is redirected, or PowerShell runs remotely, in a job, or in a host without a console.",
        $"Work without one: {form}. Or run the command in pwsh at a terminal.");

    internal static DebugException InteractiveRequired(string parameter) => new(nameof(InteractiveRequired), FailureKind.InvalidArgument,
        $"-{parameter} belongs to a session, and without -Interactive there is none.",
        $"Add -Interactive, or leave out -{parameter}.");

    internal static DebugException InteractiveExcludes(string parameter) => new(nameof(InteractiveExcludes), FailureKind.InvalidArgument,
        $"-Interactive needs a container that runs, and -{parameter} does not wait for one.",
        $"Leave out -Interactive or -{parameter}.");

    internal static DebugException OnePodOnly(IReadOnlyCollection<string> pods, string cmdlet) => new(nameof(OnePodOnly), FailureKind.InvalidArgument,
        $"-Interactive takes one pod and was given {pods.Count}: {PlainText.OneLine(string.Join(", ", pods))}. Nothing was created.",
        $"Choose one: Get-Pod ... | Select-Object -First 1 | {cmdlet} -Interactive");

    internal static DebugException SeveralContainers(IReadOnlyList<ContainerInfo> choices) => new(nameof(SeveralContainers), FailureKind.InvalidArgument,
        $"Several containers can be meant: {PlainText.OneLine(string.Join(", ", choices.Select(choice => choice.ToString())), 1000)}.",
        $"Name one: Enter-EphemeralContainer {choices[0].Pod} {choices[0].Name} -Namespace {choices[0].Namespace}");

    internal static DebugException InputGivenTwice() => new(nameof(InputGivenTwice), FailureKind.InvalidArgument,
        "Standard input was given both through the pipeline and with -StandardInput.",
        "Leave one of them out.");

    internal static DebugException InputFileUnreadable(string path, Exception inner) => new(nameof(InputFileUnreadable), FailureKind.ObjectNotFound,
        $"The file '{path}' that -StandardInput names cannot be read: {PlainText.OneLine(inner.Message)}",
        "Give an existing file, or the text itself.", path, inner);

    internal static DebugException OutFileUnwritable(string path, Exception inner) => new(nameof(OutFileUnwritable), FailureKind.InvalidOperation,
        $"The file or folder '{path}' for the output cannot be written: {PlainText.OneLine(inner.Message)}",
        "Give a file in a folder that exists and that you may write.", path, inner);

    internal static DebugException NoStandardInput(ContainerInfo container) => new(nameof(NoStandardInput), FailureKind.InvalidOperation,
        $"Container '{container}' was made without standard input, so it can take none.",
        $"Start a program in it that can: Enter-EphemeralContainer {container.Pod} {container.Name} -Namespace {container.Namespace} -Shell sh", container.ToString());

    internal static DebugException ContainerHasEnded(ContainerInfo container) => new(nameof(ContainerHasEnded), FailureKind.InvalidOperation,
        $"Container '{container}' has ended{End(container)}{(container.Kind == ContainerKind.Ephemeral ? ", and an ephemeral container is not started again" : "")}.",
        Anew(container), container.ToString());

    internal static DebugException ContainerKilled(ContainerInfo container, bool isLast = false) => new(nameof(ContainerKilled), FailureKind.InvalidOperation,
        $"The process of container '{container}' was killed{End(container)}.",
        isLast ? $"{BeginAgain} The pod of a node may have more memory: -Memory 1Gi"
            : container.Reason == "OOMKilled" ? "It shares the pod's memory limit; see the pod's events: kubectl describe pod" : Anew(container), container.ToString());

    internal static DebugException SessionLost(ContainerInfo container, string? message, string? comeBack) => new(nameof(SessionLost), FailureKind.ConnectionError,
        $"The connection to container '{container}' was lost{(message is null ? "" : ": " + PlainText.OneLine(message).TrimEnd('.'))}. What became of its process is not known.",
        comeBack is null ? BeginAgain : $"Come back, if it still runs: {comeBack}. See what it wrote: Get-EphemeralContainerLog {container.Pod} {container.Name} -Namespace {container.Namespace}", container.ToString());

    internal static DebugException SessionPodDeleted(ContainerInfo container, bool isLast = false) => new(nameof(SessionPodDeleted), FailureKind.ObjectNotFound,
        $"The pod of container '{container}' was deleted, and the container with it.",
        isLast ? BeginAgain : $"Choose another pod of the same workload: Get-Pod -Namespace {container.Namespace}", container.ToString());

    internal static DebugException SessionStatusMissing(ContainerInfo container, string? message, bool isLast = false) => new(nameof(SessionStatusMissing), FailureKind.ProtocolError,
        $"The session in container '{container}' ended, and nobody told how its process did{(message is null ? "" : ": " + PlainText.OneLine(message).TrimEnd('.'))}. Its exit code is not known.",
        isLast ? BeginAgain : $"See how the container is: {See(container)}", container.ToString());

    internal static DebugException StreamFailed(ContainerInfo container, string? shell, string? message)
    {
        bool missing = shell is not null && message is not null
            && (message.Contains("executable file not found", StringComparison.Ordinal) || message.Contains("no such file or directory", StringComparison.Ordinal));
        return new(missing ? nameof(CommandNotFound) : nameof(StreamFailed), missing ? FailureKind.ObjectNotFound : FailureKind.InvalidOperation,
            missing ? $"The image '{PlainText.Clean(container.Image)}' of container '{container}' does not have the command '{PlainText.Clean(shell)}'. The runtime says: {PlainText.OneLine(RuntimeWords(message!))}"
                : $"The stream of container '{container}' failed: {PlainText.OneLine(message ?? "no reason was given").TrimEnd('.')}.",
            missing ? "Name a program that the image has, or use a container of another image: -Image busybox." : "Repeat the command.",
            container.ToString());
    }

    // Server, kubelet and runtime each say first that something failed; what did comes last, where a long line is cut.
    private static string RuntimeWords(string message) => message.LastIndexOf("OCI runtime", StringComparison.Ordinal) is > 0 and var start ? message[start..] : message;

    internal static DebugException PodNotScheduled(string pod, string? why) => new(nameof(PodNotScheduled), FailureKind.InvalidOperation,
        $"Pod '{pod}' has no node yet, so nothing can run in it{(string.IsNullOrEmpty(why) ? "." : ": " + PlainText.OneLine(why))}",
        "Leave such pods out: Get-Pod | Where-Object Node | Invoke-DebugCommand ...", pod);

    internal static DebugException CommandRequired() => new(nameof(CommandRequired), FailureKind.InvalidArgument,
        "A node, or a container that exists, is given a command, and there is none.",
        "Write it after --, for example: -Container app -- ps");

    internal static DebugException PowerShellNotFound(string target, DebugException said) => new(nameof(PowerShellNotFound), FailureKind.ObjectNotFound,
        $"{target}: the image has no pwsh, so -ScriptBlock cannot run in it. {said.Message}",
        "Use an image with PowerShell: -Image mcr.microsoft.com/powershell. Or give a command instead: -- sh -c '...'", target, said);

    internal static DebugException ScriptExited(string target, int exitCode) => new(nameof(ScriptExited), FailureKind.InvalidOperation,
        $"{target}: the script ended with exit code {exitCode}.", "See what the script does before its exit.", target);

    internal static DebugException JobCannotAsk() => new(nameof(JobCannotAsk), FailureKind.InvalidArgument,
        "A job has nobody to ask, so -AsJob and -Confirm exclude each other.", "See first what would be done: -WhatIf. Then leave out -Confirm.");

    internal static DebugException RemoteOutputTruncated(string target) => new(nameof(RemoteOutputTruncated), FailureKind.InvalidOperation,
        $"{target}: the script gave more than -MaxOutput keeps, and objects that were cut cannot be read.",
        "Let the script give less (Select-Object the properties that you need), or keep more: -MaxOutput 64mb", target);

    internal static DebugException RemoteOutputMalformed(Exception inner) => new(nameof(RemoteOutputMalformed), FailureKind.InvalidData,
        $"What the script's pwsh wrote is no CLIXML that can be read: {PlainText.OneLine(inner.Message)}",
        "See it as text: run pwsh as a command instead, -- pwsh -NoProfile -Command '...'", null, inner);

    internal static DebugException ParameterNeeds(string parameter, string other) => new(nameof(ParameterNeeds), FailureKind.InvalidArgument,
        $"{parameter} means nothing without {other}.", $"Add {other}, or leave out {parameter}.");

    internal static DebugException HostShellNeedsNode() => new(nameof(HostShellNeedsNode), FailureKind.InvalidArgument,
        "-HostShell runs a command on a node itself, and a pod was given.",
        "Give nodes: Get-Node | Invoke-DebugCommand -HostShell -- uptime. For a pod leave out -HostShell.");

    internal static DebugException CommandTimedOut(ContainerInfo container, TimeSpan limit) => new(nameof(CommandTimedOut), FailureKind.OperationTimeout,
        $"The command in container '{container}' was not done after {limit.TotalSeconds:0} s.",
        "Give it more time: -TimeoutSec 900, or no limit: -TimeoutSec 0", container.ToString());

    internal static DebugException CommandLost(ContainerInfo container, string? message) => new(nameof(CommandLost), FailureKind.ConnectionError,
        $"The connection to the command in container '{container}' was lost{(message is null ? "" : ": " + PlainText.OneLine(message).TrimEnd('.'))}. What became of it is not known.",
        "Run it again, if it may run twice. What it wrote until then is on the result.", container.ToString());

    private const string BeginAgain = "Begin again: its pod is deleted.";

    private static string End(ContainerInfo container) => container.ExitCode is { } code
        ? $" ({(container.Reason is null ? "" : PlainText.Clean(container.Reason) + ", ")}exit code {code})"
        : container.Reason is null ? "" : $" ({PlainText.Clean(container.Reason)})";

    private static string Anew(ContainerInfo container) => container.Kind != ContainerKind.Ephemeral
        ? $"See what it wrote: Get-EphemeralContainerLog {container.Pod} {container.Name} -Namespace {container.Namespace}"
        : $"Make a new one: New-EphemeralContainer {container.Pod} -Namespace {container.Namespace} -Image {PlainText.Clean(container.Image)} -Interactive";

    private static DebugException Refused(string errorId, FailureKind kind, string message, string advice, string pod, DebugException? said) =>
        new(errorId, kind, message, advice, pod, said)
        {
            StatusCode = said?.StatusCode,
            StatusReason = said?.StatusReason,
            DetailsName = said?.DetailsName,
            Causes = said?.Causes ?? [],
        };

    private static string Said(DebugException? said) => said is null ? "." : ": " + FirstLine(said.Message);

    // The server adds a difference of many lines to some refusals.
    private static string FirstLine(string message) => message.Split('\n')[0];
}
