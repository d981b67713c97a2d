using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using RlsChat.Api.Http;

namespace RlsChat.Api.OpenApi;

/// <summary>What the types of the API are called outside of it: there, a name stands for one type.</summary>
internal static class SchemaNames
{
    private static readonly Dictionary<Type, string> Own = new()
    {
        [typeof(ProblemBody)] = "Problem",
        [typeof(Audit.Event)] = "AuditEvent",
        [typeof(Credits.Entry)] = "CreditEntry",
        [typeof(Credits.NewGrant)] = "NewCreditGrant",
        [typeof(Credits.Granted)] = "CreditGrant",
        [typeof(Documents.NewVersion)] = "NewDocumentVersion",
        [typeof(Documents.Version)] = "DocumentVersion",
        [typeof(Health.State)] = "HealthState",
        [typeof(Invitations.Acceptance)] = "InvitationAcceptance",
        [typeof(Invitations.Joined)] = "JoinedOrganization",
        [typeof(Invitations.Made)] = "MadeInvitation",
        [typeof(Me.Organization)] = "Membership",
        [typeof(MyAccount.Account)] = "LinkedAccount",
        [typeof(Organizations.Naming)] = "OrganizationName",
        [typeof(Organizations.Tenant)] = "Organization",
        [typeof(Streams.End)] = "StreamEnd",
        [typeof(Auth.MailedTokens.Proof)] = "MailedToken",
        [typeof(Auth.SignIn.Ticket)] = "RefreshToken",
        [typeof(Tail.Deleted)] = "DeletedCount",
    };

    /// <summary>The types that are read from a request or written to a response, the rows of pages too.</summary>
    public static readonly IReadOnlyList<Type> Types =
    [
        .. typeof(ApiJson).GetCustomAttributesData()
            .Where(data => data.AttributeType == typeof(JsonSerializableAttribute))
            .Select(data => (Type)data.ConstructorArguments[0].Value!)
            .SelectMany(type => (Type[])[type, .. type.GenericTypeArguments])
            .Distinct(),
    ];

    /// <summary>The name of an object's type; null for what has none of its own.</summary>
    public static string? Of(JsonTypeInfo type) => type.Kind == JsonTypeInfoKind.Object ? Of(type.Type) : null;

    /// <inheritdoc cref="Of(JsonTypeInfo)"/>
    public static string Of(Type type) => type switch
    {
        _ when Own.TryGetValue(type, out var name) => name,
        { IsGenericType: true } => $"{Of(type.GenericTypeArguments[0])}{type.Name[..type.Name.IndexOf('`')]}",
        // Chats.Change is a ChatChange.
        { Name: "Change", DeclaringType.Name: [.. var singular, 's'] } => $"{singular}Change",
        _ => type.Name,
    };
}
