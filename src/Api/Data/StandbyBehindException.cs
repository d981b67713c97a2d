namespace RlsChat.Api.Data;

/// <summary>The standby is too far behind for this request, or no standby: the primary answers.</summary>
internal sealed class StandbyBehindException() : Exception("The standby is too far behind.");
