using System.Buffers;
using EphemeralDebug.Sandbox.Admission;
using EphemeralDebug.Sandbox.Faults;
using EphemeralDebug.Sandbox.Store;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace EphemeralDebug.Sandbox.Http;

/// <summary>
/// The way of every request, in the order of the genuine server: recorded, authenticated, impersonated, authorised, handled;
/// faults strike where a network or a server would. What goes wrong is answered as a Status.
/// </summary>
internal sealed class ApiServer(Authenticator authenticator, Authorizer authorizer, Router router, SandboxFaults faults, RequestLog log, bool compression)
{
    internal async Task HandleAsync(HttpContext context)
    {
        SandboxRequest record = RequestLog.Read(context);
        try
        {
            await HandleAsync(context, record);
            // The last bytes leave here, so that "ended" also means "sent".
            if (!record.WasCut) await context.Response.CompleteAsync();
            record.Status = record.WasCut && !context.Response.HasStarted ? 0 : context.Response.StatusCode;
            record.End(record.WasCut || context.RequestAborted.IsCancellationRequested);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or BadHttpRequestException || context.RequestAborted.IsCancellationRequested)
        {
            record.Status = context.Response.HasStarted ? context.Response.StatusCode : 0;
            context.Abort();
            record.End(aborted: true);
        }
        finally
        {
            record.End(context.RequestAborted.IsCancellationRequested);
        }
    }

    private async Task HandleAsync(HttpContext context, SandboxRequest record)
    {
        context.Response.Headers["Audit-Id"] = Guid.NewGuid().ToString();
        context.Response.Headers.CacheControl = "no-cache, private";
        try
        {
            UserInfo? caller = await authenticator.AuthenticateAsync(context);
            record.User = caller?.Name;
            record.Body = await ReadBodyAsync(context) is { Length: > 0 } bytes ? Remember(context, bytes) : "";
            log.Publish(record);
            if (!compression) context.Request.Headers.Remove("Accept-Encoding");
            if (await StrikeAsync(context, record)) return;
            if (caller is null || faults.Find(record, FaultKind.Unauthorized) is not null) throw StatusException.Unauthorized();

            RequestInfo info = RequestInfo.Parse(context.Request);
            UserInfo user = authenticator.Impersonate(caller, context.Request.Headers);
            record.User = user.Name;
            context.Response.Headers["X-Kubernetes-Pf-Flowschema-Uid"] = "5a4db0e0-0000-4000-8000-000000000001";
            context.Response.Headers["X-Kubernetes-Pf-Prioritylevel-Uid"] = "5a4db0e0-0000-4000-8000-000000000002";
            authorizer.Demand(user, info);
            if (record.Method == "POST" && info.Subresource == "eviction" && faults.Find(record, FaultKind.RefuseEviction) is not null)
                throw StatusException.EvictionRefused("The disruption budget sandbox needs 1 healthy pods and has 1 currently");
            ApiRequest request = new(context, info, user, record, context.Items["body"] as byte[] ?? []);
            if (faults.Find(record, FaultKind.TimeOut) is null) await router.RouteAsync(request);
            else await RouteUnheardAsync(context, request);
        }
        catch (StatusException e) when (!context.Response.HasStarted)
        {
            await Answer.StatusAsync(context, e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or InvalidCastException or ArgumentException && !context.Response.HasStarted)
        {
            // A value of an unexpected type, or a field given twice, somewhere in an object that the client sent.
            await Answer.StatusAsync(context, StatusException.BadRequest($"the object provided is unrecognized: {e.Message}"));
        }
        catch (Exception e) when (e is not (OperationCanceledException or IOException or BadHttpRequestException) && !context.Response.HasStarted)
        {
            await Answer.StatusAsync(context, new StatusException(500, "InternalError", $"Internal error occurred: {e.Message}"));
        }
    }

    /// <summary>Does what is asked, and answers as if it had taken too long.</summary>
    private async Task RouteUnheardAsync(HttpContext context, ApiRequest request)
    {
        IHttpResponseBodyFeature body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null, body));
        await router.RouteAsync(request);
        context.Features.Set(body);
        throw new StatusException(504, "Timeout", "Timeout: request did not complete within requested timeout - context deadline exceeded");
    }

    /// <summary>Lets the faults of the network strike; true where the request is done with.</summary>
    private async Task<bool> StrikeAsync(HttpContext context, SandboxRequest record)
    {
        if (faults.Find(record, FaultKind.Delay) is { } delay)
        {
            Task passed = delay.Duration is TimeSpan duration ? Task.Delay(duration, context.RequestAborted) : Task.Delay(Timeout.Infinite, context.RequestAborted);
            await await Task.WhenAny(passed, delay.Released);
        }
        if (faults.Find(record, FaultKind.Cut) is not null)
        {
            record.WasCut = true;
            context.Abort();
            return true;
        }
        if (faults.Find(record, FaultKind.CutBody, FaultKind.StallBody) is { } broken)
        {
            FaultyBody body = new(context.Response.Body, broken, record, context.Abort, context.RequestAborted);
            context.Features.Set<IHttpResponseBodyFeature>(
                new StreamResponseBodyFeature(body, context.Features.GetRequiredFeature<IHttpResponseBodyFeature>()));
        }
        if (faults.Find(record, FaultKind.Answer) is not { Answer: { } answer }) return false;
        if (answer.RetryAfterSeconds is int seconds)
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await Answer.BytesAsync(context, answer.Status, System.Text.Encoding.UTF8.GetBytes(answer.Body), answer.ContentType);
        return true;
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.Method is not ("POST" or "PUT" or "PATCH" or "DELETE") || context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }) return [];
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        return body.ToArray();
    }

    private static string Remember(HttpContext context, byte[] body)
    {
        context.Items["body"] = body;
        return context.Request.ContentType == ProtobufBody.MediaType ? "" : System.Text.Encoding.UTF8.GetString(body);
    }
}
