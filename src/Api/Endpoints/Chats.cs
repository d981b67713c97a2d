using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;
using RlsChat.Api.OpenApi;

namespace RlsChat.Api.Endpoints;

/// <summary>Conversations: personal ones, an organization's, and public ones.</summary>
internal static class Chats
{
    private const string Columns =
        """ "id", "title", "visibility", "userId", "organizationId", "createdAt", "version" """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var chats = routes.MapGroup("/chats");
        chats.MapGet("", List).WithName("chats.list")
            .WithSummary("Lists chats, newest first.")
            .AllowAnonymous();
        chats.MapPost("", Post).WithName("chats.create").Creates()
            .WithSummary("Creates a chat.")
            .Raises("forbidden", "conflict");
        chats.MapGet("/{id}", Get).WithName("chats.get")
            .WithSummary("Reads a chat.")
            .AllowAnonymous();
        chats.MapPatch("/{id}", Edit).WithName("chats.update")
            .WithSummary("Changes the title or the visibility of a chat.");
        chats.MapDelete("/{id}", Delete).WithName("chats.delete")
            .WithSummary("Deletes a chat with its messages.");
    }

    /// <summary>A conversation.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Title">1 to 255 characters.</param>
    /// <param name="Visibility"><c>public</c> (everyone reads it, without signing in too) or <c>private</c>.</param>
    /// <param name="UserId">Whose it is.</param>
    /// <param name="OrganizationId">The organization that it belongs to, or null for a personal one.</param>
    /// <param name="CreatedAt">When it was created.</param>
    /// <param name="Version">The row version; in quotes, the ETag.</param>
    internal sealed record Chat(
        Guid Id, string Title, string Visibility, Guid UserId, Guid? OrganizationId, DateTime CreatedAt, int Version) : IVersioned;

    /// <summary>A chat to create. The id is generated if omitted; without a visibility it is private.</summary>
    internal sealed record NewChat(
        Guid? Id, [Required, Name(255)] string? Title, [Words("public", "private")] string? Visibility, Guid? OrganizationId) : IInput;

    /// <summary>Changes to a chat; omitted fields keep their values.</summary>
    [SomeOf]
    internal sealed record ChatChange([Name(255)] string? Title, [Words("public", "private")] string? Visibility) : IInput;

    private static async Task<Results<Ok<Page<Chat>>, UnauthorizedHttpResult>> List(
        [Description("Whose chats: `mine`, those of the organization, or public ones, which need no token.")]
        [AllowedValues("mine", "organization", "public")] string? scope,
        PageRequest page, UserDb db)
    {
        // Not for safety, which is the policies' part: the request asks for these chats.
        (string Asked, Arg[] By) filter = scope switch
        {
            null or "mine" => (""" "userId" = $4 """, [db.CallerId]),
            "organization" => (""" "organizationId" = (select auth.organization_id()) """, []),
            "public" => (""" "visibility" = 'public' """, []),
            _ => throw new InvalidInputException("scope", "must be one of mine, organization, public"),
        };
        if (db.IsAnonymous && scope is not "public")
        {
            return TypedResults.Unauthorized();
        }

        var from = page.After ?? Cursor.BeforeNewest;
        var rows = await db.Query<Chat>(
            $"""
            select {Columns}
            from public."Chat"
            where {filter.Asked} and ("createdAt", "id") < ($1, $2)
            order by "createdAt" desc, "id" desc
            limit $3
            """, [from.CreatedAt, from.Id, page.Fetch, .. filter.By]);
        return TypedResults.Ok(Page<Chat>.Of(rows, page, chat => new Cursor(chat.CreatedAt, chat.Id)));
    }

    private static async Task<Created<Chat>> Post(NewChat chat, UserDb db)
    {
        var made = await db.Create<Chat>("Chat",
            $"""
            insert into public."Chat" ("id", "title", "visibility", "organizationId", "userId")
            values (coalesce($1, gen_random_uuid()), $2, coalesce($3, 'private'), $4, $5)
            returning {Columns}
            """, chat.Id, chat.Title, chat.Visibility, chat.OrganizationId, db.CallerId);
        return TypedResults.Created($"/chats/{made!.Id}", made);
    }

    private static async Task<Results<Ok<Chat>, NotFound>> Get(Id id, UserDb db) =>
        await db.QuerySingleOrDefault<Chat>(
            $"""
            select {Columns}
            from public."Chat"
            where "id" = $1
            """, id) is { } chat
            ? TypedResults.Ok(chat)
            : TypedResults.NotFound();

    private static async Task<Results<Ok<Chat>, NotFound, ForbidHttpResult>> Edit(
        Id id, ChatChange change, IfMatch match, UserDb db) =>
        (await db.Update<Chat>("Chat",
            $"""
            update public."Chat"
            set "title" = coalesce($2, "title"), "visibility" = coalesce($3, "visibility")
            where "id" = $1
            returning {Columns}, auth.if_match(("version" - 1)::text, $4)
            """, id, change.Title, change.Visibility, match)).Answer();

    private static async Task<Results<NoContent, NotFound, ForbidHttpResult>> Delete(Id id, IfMatch match, UserDb db) =>
        (await db.Delete("Chat",
            """
            delete from public."Chat"
            where "id" = $1
            returning auth.if_match("version"::text, $2)
            """, id, match)).Answer();
}
