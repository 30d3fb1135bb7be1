using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using EphemeralDebug.Core.Cluster;

namespace EphemeralDebug.Core.Api;

/// <summary>Sends requests and reads their answers, so that whatever goes wrong while a body comes is a failure with a name.</summary>
internal static class Answer
{
    internal static Task<HttpResponseMessage> GetAsync(IClusterTransport transport, string uri, CancellationToken cancellationToken)
    {
        // Not disposed, as it has no body; so nothing waits here, which is a dozen methods less to compile before the first answer.
        HttpRequestMessage request = new(HttpMethod.Get, new Uri(uri, UriKind.Relative));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        return transport.SendAsync(request, cancellationToken);
    }

    internal static async Task<JsonObject> GetObjectAsync(IClusterTransport transport, string uri, CancellationToken cancellationToken)
    {
        using var response = await GetAsync(transport, uri, cancellationToken).ConfigureAwait(false);
        return await ReadObjectAsync(response, uri, cancellationToken).ConfigureAwait(false);
    }

    internal static async Task<JsonObject> ReadObjectAsync(HttpResponseMessage response, string what, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                return await JsonNode.ParseAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false) as JsonObject
                    ?? throw new JsonException("It is no JSON object.");
            }
        }
        catch (Exception e) when (Translate(e, what, cancellationToken) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>What an exception met while reading a body means; null where it is to go on as it is.</summary>
    internal static Exception? Translate(Exception exception, string what, CancellationToken cancellationToken) => exception switch
    {
        DebugException => null,
        // A stream that is cancelled may say so in its own way.
        _ when cancellationToken.IsCancellationRequested => exception is OperationCanceledException ? null : new OperationCanceledException(null, exception, cancellationToken),
        EndOfStreamException => Failure.ResponseTruncated(what, exception),
        JsonException or InvalidOperationException or FormatException or InvalidDataException => Failure.ResponseMalformed(what, exception),
        _ => null,
    };
}
