namespace RlsChat.Tests.Rls.Model;

/// <summary>What the contract says of members, whoever acts.</summary>
internal static class Standing
{
    /// <summary>The last organization_admin of an organization that has other members.</summary>
    public static bool IsLastAdministrator(World world, Person person) =>
        person.Org is not null && person.Role == World.AdminRole
        && world.All<Person>().Any(p => p.Org == person.Org && p.Key != person.Key)
        && !world.All<Person>().Any(p => p.Org == person.Org && p.Key != person.Key && p.Role == World.AdminRole);
}
