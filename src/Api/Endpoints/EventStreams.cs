using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using RlsChat.Api.Auth;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.Live;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>
/// Live events as server-sent events: of a chat, of all chats of a person and their organization, and the chunks of a
/// stream. A client continues after the event that the header Last-Event-ID (or the query lastEventId) names, on any
/// instance, without a gap and without repeating any: for a day, and for an hour after a stream has ended.
/// </summary>
internal static class EventStreams
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/chats/{id}/events", OfChat).WithName("chats.events")
            .WithSummary("Follows what happens in a chat: itself, its messages, votes and streams.")
            .Raises("too_many_streams")
            .AllowAnonymous();
        routes.MapGet("/me/events", Mine).WithName("me.events")
            .WithSummary("Follows what happens in the chats of one's own and of one's organization, and who joins or leaves that.")
            .Raises("too_many_streams");
        routes.MapGet("/streams/{id}", OfStream).WithName("streams.read")
            .WithSummary("Follows an answer as it is written: its chunks from the first on, and how it ends.")
            .Raises("too_many_streams")
            .AllowAnonymous();
    }

    /// <summary>
    /// <c>chat.updated</c>, <c>chat.deleted</c>, <c>message.created</c>, <c>message.updated</c>, <c>message.deleted</c>,
    /// <c>vote.created</c>, <c>vote.updated</c>, <c>vote.deleted</c>, <c>stream.created</c>, <c>stream.finished</c>,
    /// <c>stream.deleted</c>. The data is the row as its list shows it; of what was deleted, its ids. Of a message
    /// with more than 64 KB of parts and attachments both are null: it is to be read.
    /// </summary>
    private static async Task<Results<ServerSentEventsResult<string>, NotFound, Refusal>> OfChat(
        Id id, LastEventId lastEventId, HttpContext context, UserDb db) =>
        await db.AtPrimary.QuerySingleOrDefault<Guid?>("""select "id" from public."Chat" where "id" = $1""", id) is { } chat
            ? Open(context, lastEventId, chat, null)
            : TypedResults.NotFound();

    /// <summary>
    /// The same of every chat that one owns or that one's organization has, and <c>chat.created</c>,
    /// <c>member.joined</c>, <c>member.updated</c>, <c>member.left</c>.
    /// </summary>
    private static async Task<Results<ServerSentEventsResult<string>, UnauthorizedHttpResult, Refusal>> Mine(
        LastEventId lastEventId, HttpContext context, UserDb db)
    {
        if (db.IsAnonymous)
        {
            return TypedResults.Unauthorized();
        }

        await db.AtPrimary.QuerySingleOrDefault<Guid?>("select auth.uid()");
        return Open(context, lastEventId, null, null).Result switch
        {
            Refusal refusal => refusal,
            var stream => (ServerSentEventsResult<string>)stream,
        };
    }

    /// <summary>
    /// <c>chunk</c> after chunk, the id of each its index, then <c>finished</c> with the message that they have
    /// become, or <c>abandoned</c>.
    /// </summary>
    private static async Task<Results<ServerSentEventsResult<string>, NotFound, Refusal>> OfStream(
        Id id, LastEventId lastEventId, HttpContext context, UserDb db) =>
        await db.AtPrimary.QuerySingleOrDefault<Guid?>("""select "chatId" from public."Stream" where "id" = $1""", id) is { } chat
            ? Open(context, lastEventId, chat, id.Value)
            : TypedResults.NotFound();

    private static Results<ServerSentEventsResult<string>, NotFound, Refusal> Open(
        HttpContext context, LastEventId lastEventId, Guid? chat, Guid? stream)
    {
        var subscriptions = context.RequestServices.GetRequiredService<Subscriptions>();
        var caller = Caller.From(context.User);
        var (from, index) = LastSeen(lastEventId, stream is not null);
        var subscription = new Subscription
        {
            Person = caller.Uid,
            Network = Limits.Network(context.Connection.RemoteIpAddress),
            Digest = caller.Session is { } secret ? Secret.Digest(secret) : null,
            Chat = chat,
            Stream = stream,
            Index = index,
            From = from,
            Patience = context.RequestServices.GetRequiredService<Patience>(),
            Cut = context.Abort,
            Drained = subscriptions.Wake,
        };
        var isHead = HttpMethods.IsHead(context.Request.Method);
        if (isHead ? !subscriptions.HasRoom(subscription) : !subscriptions.TryAdd(subscription))
        {
            return Problems.TooManyStreams.Refuse();
        }

        // Nginx would buffer them.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        if (isHead)
        {
            return TypedResults.ServerSentEvents(AsyncEnumerable.Empty<SseItem<string>>());
        }

        // The time-out of requests ends here: a subscription stays open.
        context.Features.Get<IHttpRequestTimeoutFeature>()?.DisableTimeout();
        var body = new BatchedBody(context.Response.BodyWriter);
        context.Response.Body = body;
        return TypedResults.ServerSentEvents(Read(body, subscriptions, subscription, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<string>> Read(
        BatchedBody body, Subscriptions subscriptions, Subscription subscription, [EnumeratorCancellation] CancellationToken stop)
    {
        try
        {
            await foreach (var item in subscription.Read(body.Send, stop))
            {
                yield return item;
            }
        }
        finally
        {
            subscriptions.Remove(subscription);
        }
    }

    /// <summary>Where the client continues: a position, or the last index of a stream.</summary>
    /// <exception cref="InvalidInputException">It is not the id of an event.</exception>
    private static (Position? From, int Index) LastSeen(LastEventId last, bool isStream) => (last.Text, isStream) switch
    {
        (null, _) => (null, -1),
        (var text, true) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) => (null, index),
        (var text, false) when Position.Parse(text) is { } position => (position, -1),
        _ => throw new InvalidInputException(LastEventId.Header, "must be the id of an event of this stream"),
    };
}
