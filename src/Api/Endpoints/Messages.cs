using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>The messages of a chat.</summary>
internal static class Messages
{
    internal const string Columns =
        """ "id", "chatId", "userId", "role", "parts", "attachments", "createdAt", "version" """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/chats/{id}/messages", List).WithName("messages.list")
            .WithSummary("Lists the messages of a chat, oldest first.")
            .AllowAnonymous();
        routes.MapPost("/chats/{id}/messages", Post).WithName("messages.create").Creates()
            .WithSummary("Adds a message to a chat.")
            .Raises("forbidden", "conflict", "quota_used_up");
        routes.MapDelete("/chats/{id}/messages", DeleteAfter).WithName("messages.deleteAfter")
            .WithSummary("Deletes the messages of a chat after one of them.");
        routes.MapGet("/messages/{id}", Get).WithName("messages.get")
            .WithSummary("Reads a message.")
            .AllowAnonymous();
        routes.MapPatch("/messages/{id}", Edit).WithName("messages.update")
            .WithSummary("Changes the content of a message.");
        routes.MapDelete("/messages/{id}", Delete).WithName("messages.delete")
            .WithSummary("Deletes a message.");
    }

    /// <summary>A message.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="ChatId">Its chat.</param>
    /// <param name="UserId">Who wrote it, or null when their account was deleted.</param>
    /// <param name="Role"><c>user</c>, <c>assistant</c>, <c>system</c> or <c>tool</c>.</param>
    /// <param name="Parts">A JSON array, exactly as it was sent, for example <c>[{"type":"text","text":"Hello"}]</c>.</param>
    /// <param name="Attachments">A JSON array, exactly as it was sent.</param>
    /// <param name="CreatedAt">When it was written.</param>
    /// <param name="Version">The row version; in quotes, the ETag.</param>
    internal sealed record Message(
        Guid Id, Guid ChatId, Guid? UserId, string Role,
        [property: JsonConverter(typeof(RawJsonArray))] string Parts,
        [property: JsonConverter(typeof(RawJsonArray))] string Attachments,
        DateTime CreatedAt, int Version) : IVersioned;

    /// <summary>A message to write. The id is generated if omitted; without attachments it has none.</summary>
    internal sealed record NewMessage(
        Guid? Id,
        [Required, Words("user", "assistant", "system", "tool")] string? Role,
        [Required(ErrorMessage = "must be an array"), ReadableJson]
        [property: JsonConverter(typeof(RawJsonArray))] string? Parts,
        [ReadableJson][property: JsonConverter(typeof(RawJsonArray))] string? Attachments) : IInput;

    /// <summary>Changes to a message; omitted fields keep their values.</summary>
    [SomeOf]
    internal sealed record MessageChange(
        [ReadableJson][property: JsonConverter(typeof(RawJsonArray))] string? Parts,
        [ReadableJson][property: JsonConverter(typeof(RawJsonArray))] string? Attachments) : IInput;

    private static async Task<Results<Ok<Page<Message>>, NotFound>> List(Id id, PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeOldest;
        var rows = await db.QueryChildren<Message>("Chat",
            $"""
            select {Columns}
            from public."Message"
            where "chatId" = $1 and ("createdAt", "id") > ($2, $3)
            order by "createdAt", "id"
            limit $4
            """, id, from.CreatedAt, from.Id, page.Fetch);
        return rows is null
            ? TypedResults.NotFound()
            : TypedResults.Ok(Page<Message>.Of(rows, page, message => new Cursor(message.CreatedAt, message.Id)));
    }

    private static async Task<Results<Created<Message>, NotFound>> Post(Id id, NewMessage message, UserDb db) =>
        await db.Create<Message>("Message",
            $"""
            insert into public."Message" ("id", "chatId", "role", "parts", "attachments", "userId")
            select coalesce($2, gen_random_uuid()), c."id", $3, $4, coalesce($5, '[]'), $6
            from public."Chat" c
            where c."id" = $1
            returning {Columns}
            """, id, message.Id, message.Role, Arg.Json(message.Parts), Arg.Json(message.Attachments), db.CallerId) is { } made
            ? TypedResults.Created($"/messages/{made.Id}", made)
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Message>, NotFound>> Get(Id id, UserDb db) =>
        await db.QuerySingleOrDefault<Message>(
            $"""
            select {Columns}
            from public."Message"
            where "id" = $1
            """, id) is { } message
            ? TypedResults.Ok(message)
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Message>, NotFound, ForbidHttpResult>> Edit(
        Id id, MessageChange change, IfMatch match, UserDb db) =>
        (await db.Update<Message>("Message",
            $"""
            update public."Message"
            set "parts" = coalesce($2, "parts"), "attachments" = coalesce($3, "attachments")
            where "id" = $1
            returning {Columns}, auth.if_match(("version" - 1)::text, $4)
            """, id, Arg.Json(change.Parts), Arg.Json(change.Attachments), match)).Answer();

    private static async Task<Results<NoContent, NotFound, ForbidHttpResult>> Delete(Id id, IfMatch match, UserDb db) =>
        (await db.Delete("Message",
            """
            delete from public."Message"
            where "id" = $1
            returning auth.if_match("version"::text, $2)
            """, id, match)).Answer();

    /// <summary>
    /// Deletes the messages after a given one, in the order of the list, as far as the caller may: authors who may not
    /// delete others' messages delete their own.
    /// </summary>
    private static async Task<Results<Ok<DeletedCount>, NotFound, ForbidHttpResult>> DeleteAfter(
        Id id, [Description("The id of the last message that stays.")] Id after, UserDb db) =>
        (await db.DeleteTail(
            """
            delete from public."Message" m
            using public."Message" last
            where last."id" = $2 and last."chatId" = $1
              and m."chatId" = last."chatId" and (m."createdAt", m."id") > (last."createdAt", last."id")
            """,
            """
            select exists (select from public."Message" where "id" = $2 and "chatId" = $1),
              exists (
                select from public."Message" last
                join public."Message" m
                  on m."chatId" = last."chatId" and (m."createdAt", m."id") > (last."createdAt", last."id")
                where last."id" = $2 and last."chatId" = $1)
            """, id, after)).Answer();
}
