using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Answers;
using RlsChat.Api.Auth;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>Answers while they are written: chunks in the order of their indexes, and the message that they become.</summary>
internal static class Streams
{
    private const string Columns =
        """
        "id", "chatId", "userId", public.stream_state("finishedAt", "activeAt") as "state", "messageId", "createdAt",
          "finishedAt"
        """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/chats/{id}/streams", List).WithName("streams.list")
            .WithSummary("Lists the streams of a chat, newest first.")
            .AllowAnonymous();
        routes.MapPost("/chats/{id}/streams", Open).WithName("streams.open").Creates()
            .WithSummary("Opens a stream in a chat.")
            .Raises("forbidden", "conflict");
        routes.MapPost("/streams/{id}/chunks", Append).WithName("streams.append")
            .WithSummary("Appends a chunk to a stream of the signed-in person; a repeated chunk gets the same response.")
            .Raises("forbidden", "stream_finished", "stream_abandoned", "stream_too_long", "chunk_conflict");
        routes.MapPost("/streams/{id}/finish", Finish).WithName("streams.finish").Creates()
            .WithSummary("Turns a stream of the signed-in person into a message, at its price.")
            .Raises("conflict", "insufficient_credits", "quota_used_up",
                "stream_finished", "stream_abandoned", "stream_incomplete", "stream_too_long");
        routes.MapPost("/chats/{id}/answers", Answer).WithName("answers.create").Creates()
            .WithSummary("Opens a stream in a chat, into which the model writes an answer to the newest messages.")
            .Raises("forbidden", "conflict", "insufficient_credits", "quota_used_up", "too_many_answers");
        routes.MapPost("/streams/{id}/abandon", Abandon).WithName("streams.abandon")
            .WithSummary("Ends a stream of the signed-in person without a message.")
            .Raises("stream_finished", "stream_abandoned");
        routes.MapDelete("/streams/{id}", Delete).WithName("streams.delete")
            .WithSummary("Deletes a stream; the message that it became stays.");
    }

    /// <summary>A stream.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="ChatId">The chat of the message.</param>
    /// <param name="UserId">The person who opened it, and the only one who may append to it; null when their account was deleted.</param>
    /// <param name="State"><c>open</c>, <c>finished</c>, or <c>abandoned</c>: it was silent for too long, or ended by its opener.</param>
    /// <param name="MessageId">The message that it became; null before, and when that message was deleted.</param>
    /// <param name="CreatedAt">When it was opened.</param>
    /// <param name="FinishedAt">When it became that message.</param>
    internal sealed record Stream(
        Guid Id, Guid ChatId, Guid? UserId, string State, Guid? MessageId, DateTime CreatedAt, DateTime? FinishedAt);

    /// <summary>A stream to open. The id is generated if omitted.</summary>
    internal sealed record NewStream(Guid? Id) : IInput;

    /// <summary>An answer to ask for. The id of its stream is generated if omitted.</summary>
    internal sealed record NewAnswer(Guid? Id) : IInput;

    /// <summary>A part of an answer.</summary>
    /// <param name="Index">Its position: 0, 1, 2, …; chunks may arrive in any order.</param>
    /// <param name="Data">1 to 65,536 octets of UTF-8.</param>
    internal sealed record NewChunk([Required, WholeNumber(0)] int? Index, [Required, Octets(1, 65_536)] string? Data) : IInput;

    /// <summary>A stored chunk.</summary>
    /// <param name="StreamId">The stream.</param>
    /// <param name="Index">Its position.</param>
    /// <param name="CreatedAt">When it was first appended.</param>
    internal sealed record Chunk(Guid StreamId, int Index, DateTime CreatedAt);

    /// <summary>The message to create.</summary>
    /// <param name="Role"><c>user</c>, <c>assistant</c> (the default), <c>system</c> or <c>tool</c>.</param>
    /// <param name="Id">Its id; generated if omitted.</param>
    internal sealed record StreamEnd([Words("user", "assistant", "system", "tool")] string? Role, Guid? Id) : IInput;

    /// <summary>Newest first. No row: no such chat. One row without an id: no streams on this page.</summary>
    private static async Task<Results<Ok<Page<Stream>>, NotFound>> List(Id id, PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeNewest;
        var rows = await db.QueryChildren<Stream>("Chat",
            $"""
            select {Columns}
            from public."Stream"
            where "chatId" = $1 and ("createdAt", "id") < ($2, $3)
            order by "createdAt" desc, "id" desc
            limit $4
            """, id, from.CreatedAt, from.Id, page.Fetch);
        return rows is null
            ? TypedResults.NotFound()
            : TypedResults.Ok(Page<Stream>.Of(rows, page, stream => new Cursor(stream.CreatedAt, stream.Id)));
    }

    private static async Task<Results<Created<Stream>, NotFound>> Open(Id id, NewStream stream, UserDb db) =>
        await db.Create<Stream>("Stream",
            $"""
            insert into public."Stream" ("id", "chatId", "userId")
            select coalesce($2, gen_random_uuid()), c."id", $3
            from public."Chat" c
            where c."id" = $1
            returning {Columns}
            """, id, stream.Id, db.CallerId) is { } made
            ? TypedResults.Created($"/streams/{made.Id}", made)
            : TypedResults.NotFound();

    /// <summary>A repeated chunk gets the same response.</summary>
    private static async Task<Results<Ok<Chunk>, NotFound>> Append(Id id, NewChunk chunk, UserDb db) =>
        await db.QuerySingleOrDefault<DateTime?>(
            "select public.append_chunk($1, $2, $3)", id, chunk.Index!.Value, chunk.Data) is { } at
            ? TypedResults.Ok(new Chunk(id.Value, chunk.Index.Value, at))
            : TypedResults.NotFound();

    /// <summary>Creates the message and takes its price, both or neither.</summary>
    private static async Task<Results<Created<Messages.Message>, NotFound, ForbidHttpResult>> Finish(
        Id id, StreamEnd end, UserDb db) =>
        await db.CreateFrom<Messages.Message>("Stream", "Message",
            $"""
            select {Messages.Columns}
            from public.finish_stream($1, coalesce($2, 'assistant'), $3)
            """, id, end.Role, end.Id) switch
        {
            { Row: { } message } => TypedResults.Created($"/messages/{message.Id}", message),
            { IsReadable: true } => TypedResults.Forbid(),
            _ => TypedResults.NotFound(),
        };

    private static async Task<Results<Ok<Stream>, NotFound, ForbidHttpResult>> Abandon(Id id, UserDb db) =>
        (await db.Update<Stream>("Stream",
            $"""
            select {Columns}
            from public.abandon_stream($1)
            """, id)).Answer();

    /// <summary>Written as the person who asks, after the response.</summary>
    private static async Task<Results<Created<Stream>, NotFound, Refusal>> Answer(
        Id id, NewAnswer answer, ClaimsPrincipal user, UserDb db, Answerer answerer)
    {
        using var place = answerer.Reserve(Caller.From(user));
        if (place is null)
        {
            return Problems.TooManyAnswers.Refuse();
        }

        var opened = await db.Create<Stream>("Stream",
            $"""
            insert into public."Stream" ("id", "chatId", "userId")
            select coalesce($2, gen_random_uuid()), c."id", $3
            from public."Chat" c, auth.require_message_allowance()
            where c."id" = $1
            returning {Columns}
            """, id, answer.Id, db.CallerId);
        if (opened is null)
        {
            return TypedResults.NotFound();
        }

        if (!db.IsReplay)
        {
            place.Write(opened.ChatId, opened.Id);
        }

        return TypedResults.Created($"/streams/{opened.Id}", opened);
    }

    private static async Task<Results<NoContent, NotFound, ForbidHttpResult>> Delete(Id id, UserDb db) =>
        (await db.Delete("Stream",
            """delete from public."Stream" where "id" = $1""", id)).Answer();
}
