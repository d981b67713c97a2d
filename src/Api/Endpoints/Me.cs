using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using RlsChat.Api.Data;
using RlsChat.Api.Http;

namespace RlsChat.Api.Endpoints;

/// <summary>The signed-in person.</summary>
internal static class Me
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/me", Get).WithName("me.get")
            .WithSummary("Returns the signed-in person.");

    /// <summary>The signed-in person.</summary>
    /// <param name="Id">Their id.</param>
    /// <param name="Email">Their address; empty while it is not known.</param>
    /// <param name="EmailVerified">Whether the address is verified.</param>
    /// <param name="CreditBalance">Their credits, with two decimals.</param>
    /// <param name="CreatedAt">When the account was created.</param>
    /// <param name="Organization">The organization of which they are a member, or null.</param>
    /// <param name="Permissions">What their role allows, by name, sorted.</param>
    /// <param name="ChatCount">The number of their chats; only if the request includes it.</param>
    internal sealed record Person(
        Guid Id, string Email, bool EmailVerified, decimal CreditBalance, DateTime CreatedAt,
        Membership? Organization, [property: JsonConverter(typeof(RawJsonTexts))] string Permissions,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? ChatCount) : ITagged
    {
        /// <summary>It is made of many rows, so it has no version: the tag is a weak one, of its content.</summary>
        EntityTagHeaderValue ITagged.Tag => new(
            $"\"{Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, ApiJson.Options)))}\"", isWeak: true);
    }

    /// <summary>A tenant, as its members see it.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Name">Its name.</param>
    /// <param name="JoinedAt">When the person joined.</param>
    internal sealed record Membership(Guid Id, string Name, DateTime JoinedAt);

    private sealed record Row(
        Guid Id, string Email, bool EmailVerified, decimal CreditBalance, DateTime CreatedAt, string Permissions,
        Guid? OrganizationId, string? OrganizationName, DateTime? JoinedAt, long? ChatCount);

    /// <summary>Reads the person; null for an anonymous caller.</summary>
    public static async Task<Person?> Read(UserDb db, bool chatCount = false)
    {
        var row = await db.QuerySingleOrDefault<Row>(
            """
            select u."id", u."email", u."emailVerified" is not null as "emailVerified", u."creditBalance", u."createdAt",
              to_json(array(select jsonb_object_keys(auth.permissions()) order by 1)) as "permissions",
              o."id" as "organizationId", o."name" as "organizationName", u."joinedAt",
              case when $1 then (select count(*) from public."Chat" c where c."userId" = u."id") end as "chatCount"
            from public."User" u
            left join public."Organization" o on o."id" = u."organizationId"
            where u."id" = $2
            """, chatCount, db.CallerId);
        return row is null
            ? null
            : new Person(row.Id, row.Email, row.EmailVerified, row.CreditBalance, row.CreatedAt,
                row.OrganizationId is { } id ? new Membership(id, row.OrganizationName!, row.JoinedAt!.Value) : null,
                row.Permissions, row.ChatCount);
    }

    private static async Task<Results<Ok<Person>, UnauthorizedHttpResult>> Get(
        [Description("Additional fields: the number of the person's chats.")]
        [AllowedValues("chatCount")] string? include,
        UserDb db) =>
        await Read(db, include switch
        {
            null => false,
            "chatCount" => true,
            _ => throw new InvalidInputException("include", "must be chatCount"),
        }) is { } person ? TypedResults.Ok(person) : TypedResults.Unauthorized();
}
