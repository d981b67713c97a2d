using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using RlsChat.Api.Data;
using RlsChat.Api.Http;

namespace RlsChat.Api.Endpoints;

/// <summary>The audit trail of an organization, and of the signed-in person.</summary>
internal static class Audit
{
    private const string Columns =
        """ "id", "createdAt", "actorId", "subjectId", "organizationId", "action", "target", "targetId", "details" """;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/organizations/{id}/audit", OfOrganization).WithName("audit.list")
            .WithSummary("Lists what happened in an organization, newest first.");
        routes.MapGet("/me/audit", Mine).WithName("me.audit")
            .WithSummary("Lists what the signed-in person did and what concerns them, newest first.");
    }

    /// <summary>An event of the audit trail.</summary>
    /// <param name="Id">Its number; later events have higher ones.</param>
    /// <param name="CreatedAt">When.</param>
    /// <param name="ActorId">Who did it; null for an anonymous caller.</param>
    /// <param name="SubjectId">Whom it concerns, or null.</param>
    /// <param name="OrganizationId">Where, or null.</param>
    /// <param name="Action">What, for example <c>member_joined</c>.</param>
    /// <param name="Target">The kind of thing that it was done to, for example <c>User</c>.</param>
    /// <param name="TargetId">Which, or null.</param>
    /// <param name="Details">Further details, as an object.</param>
    internal sealed record AuditEvent(
        long Id, DateTime CreatedAt, Guid? ActorId, Guid? SubjectId, Guid? OrganizationId, string Action, string Target,
        string? TargetId, [property: JsonConverter(typeof(RawJson))] string Details);

    /// <summary>Newest first. Without `can_view_audit`, members see what they did and what concerns them.</summary>
    private static async Task<Results<Ok<Page<AuditEvent>>, NotFound>> OfOrganization(Id id, PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeNewest;
        var rows = await db.QueryChildren<AuditEvent>("Organization",
            $"""
            select {Columns}
            from public."AuditEvent"
            where "organizationId" = $1 and "id" < $2 and (select true from public."Organization" where "id" = $1)
            order by "id" desc
            limit $3
            """, id, from.Number, page.Fetch);
        return rows is null ? TypedResults.NotFound() : TypedResults.Ok(Of(rows, page));
    }

    private static async Task<Ok<Page<AuditEvent>>> Mine(PageRequest page, UserDb db)
    {
        var from = page.After ?? Cursor.BeforeNewest;
        var rows = await db.Query<AuditEvent>(
            $"""
            select {Columns}
            from public."AuditEvent"
            where ("actorId" = $3 or "subjectId" = $3) and "id" < $1
            order by "id" desc
            limit $2
            """, from.Number, page.Fetch, db.CallerId);
        return TypedResults.Ok(Of(rows, page));
    }

    private static Page<AuditEvent> Of(List<AuditEvent> rows, PageRequest page) =>
        Page<AuditEvent>.Of(rows, page, happened => Cursor.At(happened.Id));
}
