#include "fix/dictionary.h"

#include <string>

#include "fix/dictionary_fields.h"

namespace hw {
namespace fix {
namespace {

// What all three have in common; the heads are put before it, the fields after it.
constexpr char kMessages[] = R"xml(
 <header>
  <field name='BeginString' required='Y'/>
  <field name='BodyLength' required='Y'/>
  <field name='MsgType' required='Y'/>
  <field name='SenderCompID' required='Y'/>
  <field name='TargetCompID' required='Y'/>
  <field name='OnBehalfOfCompID' required='N'/>
  <field name='DeliverToCompID' required='N'/>
  <field name='SenderSubID' required='N'/>
  <field name='TargetSubID' required='N'/>
  <field name='MsgSeqNum' required='Y'/>
  <field name='PossDupFlag' required='N'/>
  <field name='PossResend' required='N'/>
  <field name='SendingTime' required='Y'/>
  <field name='OrigSendingTime' required='N'/>
  <field name='LastMsgSeqNumProcessed' required='N'/>
  <field name='ApplVerID' required='N'/>
 </header>
 <trailer>
  <field name='SignatureLength' required='N'/>
  <field name='Signature' required='N'/>
  <field name='CheckSum' required='Y'/>
 </trailer>
 <messages>
  <message name='Heartbeat' msgtype='0' msgcat='admin'>
   <field name='TestReqID' required='N'/>
  </message>
  <message name='TestRequest' msgtype='1' msgcat='admin'>
   <field name='TestReqID' required='Y'/>
  </message>
  <message name='ResendRequest' msgtype='2' msgcat='admin'>
   <field name='BeginSeqNo' required='Y'/>
   <field name='EndSeqNo' required='Y'/>
  </message>
  <message name='Reject' msgtype='3' msgcat='admin'>
   <field name='RefSeqNum' required='Y'/>
   <field name='RefTagID' required='N'/>
   <field name='RefMsgType' required='N'/>
   <field name='SessionRejectReason' required='N'/>
   <field name='Text' required='N'/>
  </message>
  <message name='SequenceReset' msgtype='4' msgcat='admin'>
   <field name='GapFillFlag' required='N'/>
   <field name='NewSeqNo' required='Y'/>
  </message>
  <message name='Logout' msgtype='5' msgcat='admin'>
   <field name='Text' required='N'/>
   <field name='DontCancelOnDisconnect' required='N'/>
   <field name='FreezeQuotes' required='N'/>
  </message>
  <message name='Logon' msgtype='A' msgcat='admin'>
   <field name='EncryptMethod' required='N'/>
   <field name='HeartBtInt' required='N'/>
   <field name='RawDataLength' required='N'/>
   <field name='RawData' required='N'/>
   <field name='ResetSeqNumFlag' required='N'/>
   <field name='NextExpectedMsgSeqNum' required='N'/>
   <field name='MaxMessageSize' required='N'/>
   <field name='TestMessageIndicator' required='N'/>
   <field name='Username' required='N'/>
   <field name='Password' required='N'/>
   <field name='DefaultApplVerID' required='N'/>
   <field name='Text' required='N'/>
   <field name='CancelOnDisconnect' required='N'/>
   <field name='UseWordsafeTags' required='N'/>
   <field name='UnifiedQueue' required='N'/>
   <field name='SkipNotifications' required='N'/>
   <field name='ConnectionOnlyReports' required='N'/>
   <field name='ReportFillsAsExecReports' required='N'/>
  </message>
  <message name='ExecutionReport' msgtype='8' msgcat='app'>
   <field name='OrderID' required='Y'/>
   <field name='SecondaryOrderID' required='N'/>
   <field name='SecondaryClOrdID' required='N'/>
   <field name='SecondaryExecID' required='N'/>
   <field name='ClOrdID' required='N'/>
   <field name='OrigClOrdID' required='N'/>
   <field name='OrdStatusReqID' required='N'/>
   <field name='MassStatusReqID' required='N'/>
   <field name='TotNumReports' required='N'/>
   <field name='LastRptRequested' required='N'/>
   <group name='NoPartyIDs' required='N'>
    <field name='PartyID' required='N'/>
    <field name='PartyIDSource' required='N'/>
    <field name='PartyRole' required='N'/>
   </group>
   <field name='ExecID' required='N'/>
   <field name='ExecTransType' required='N'/>
   <field name='ExecRefID' required='N'/>
   <field name='ExecType' required='Y'/>
   <field name='OrdStatus' required='Y'/>
   <field name='OrdRejReason' required='N'/>
   <field name='ExecRestatementReason' required='N'/>
   <field name='Account' required='N'/>
   <field name='AcctIDSource' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='SecurityID' required='N'/>
   <field name='SecurityIDSource' required='N'/>
   <field name='SecurityType' required='N'/>
   <field name='ContractMultiplier' required='N'/>
   <field name='Side' required='N'/>
   <field name='OrderQty' required='N'/>
   <field name='OrdType' required='N'/>
   <field name='Price' required='N'/>
   <field name='StopPx' required='N'/>
   <field name='Currency' required='N'/>
   <field name='TimeInForce' required='N'/>
   <field name='ExecInst' required='N'/>
   <field name='LastQty' required='N'/>
   <field name='LastPx' required='N'/>
   <field name='LastMkt' required='N'/>
   <field name='LeavesQty' required='N'/>
   <field name='CumQty' required='N'/>
   <field name='AvgPx' required='N'/>
   <field name='TradeDate' required='N'/>
   <field name='TransactTime' required='N'/>
   <field name='Commission' required='N'/>
   <field name='CommType' required='N'/>
   <field name='SettlCurrAmt' required='N'/>
   <field name='SettlCurrency' required='N'/>
   <field name='MultiLegReportingType' required='N'/>
   <field name='LastLiquidityInd' required='N'/>
   <field name='TrdMatchID' required='N'/>
   <field name='CopyMsgIndicator' required='N'/>
   <field name='Text' required='N'/>
   <group name='NoFills' required='N'>
    <field name='FillExecID' required='N'/>
    <field name='FillPx' required='N'/>
    <field name='FillQty' required='N'/>
    <field name='FillLiquidityInd' required='N'/>
   </group>
   <field name='GroupLegs' required='N'/>
   <field name='DeribitLabel' required='N'/>
  </message>
  <message name='OrderCancelReject' msgtype='9' msgcat='app'>
   <field name='OrderID' required='N'/>
   <field name='SecondaryOrderID' required='N'/>
   <field name='SecondaryClOrdID' required='N'/>
   <field name='ClOrdID' required='Y'/>
   <field name='OrigClOrdID' required='N'/>
   <field name='OrdStatus' required='Y'/>
   <field name='Account' required='N'/>
   <field name='TransactTime' required='N'/>
   <field name='CxlRejResponseTo' required='N'/>
   <field name='CxlRejReason' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='Text' required='N'/>
   <field name='DeribitLabel' required='N'/>
  </message>
  <message name='NewOrderSingle' msgtype='D' msgcat='app'>
   <field name='ClOrdID' required='Y'/>
   <field name='SecondaryClOrdID' required='N'/>
   <field name='Account' required='N'/>
   <field name='AcctIDSource' required='N'/>
   <field name='ExecInst' required='N'/>
   <field name='Symbol' required='Y'/>
   <field name='SecurityID' required='N'/>
   <field name='SecurityIDSource' required='N'/>
   <field name='SecurityType' required='N'/>
   <field name='Side' required='Y'/>
   <field name='TransactTime' required='N'/>
   <field name='OrderQty' required='Y'/>
   <field name='OrdType' required='Y'/>
   <field name='Price' required='N'/>
   <field name='StopPx' required='N'/>
   <field name='Currency' required='N'/>
   <field name='TimeInForce' required='N'/>
   <field name='Text' required='N'/>
   <field name='DeribitLabel' required='N'/>
  </message>
  <message name='OrderCancelRequest' msgtype='F' msgcat='app'>
   <field name='OrigClOrdID' required='Y'/>
   <field name='OrderID' required='N'/>
   <field name='ClOrdID' required='Y'/>
   <field name='Account' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='Side' required='N'/>
   <field name='TransactTime' required='N'/>
   <field name='OrderQty' required='N'/>
   <field name='Text' required='N'/>
   <field name='DeribitLabel' required='N'/>
  </message>
  <message name='OrderStatusRequest' msgtype='H' msgcat='app'>
   <field name='OrderID' required='N'/>
   <field name='ClOrdID' required='Y'/>
   <field name='OrdStatusReqID' required='N'/>
   <field name='Account' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='Side' required='N'/>
  </message>
  <message name='BusinessMessageReject' msgtype='j' msgcat='app'>
   <field name='RefSeqNum' required='N'/>
   <field name='RefMsgType' required='Y'/>
   <field name='BusinessRejectRefID' required='N'/>
   <field name='BusinessRejectReason' required='Y'/>
   <field name='Text' required='N'/>
  </message>
  <message name='OrderMassCancelRequest' msgtype='q' msgcat='app'>
   <field name='ClOrdID' required='Y'/>
   <field name='SecondaryClOrdID' required='N'/>
   <field name='MassCancelRequestType' required='Y'/>
   <field name='Symbol' required='N'/>
   <field name='SecurityType' required='N'/>
   <field name='Side' required='N'/>
   <field name='TransactTime' required='N'/>
   <field name='Text' required='N'/>
   <field name='DeribitLabel' required='N'/>
   <field name='FreezeQuotes' required='N'/>
  </message>
  <message name='OrderMassCancelReport' msgtype='r' msgcat='app'>
   <field name='ClOrdID' required='N'/>
   <field name='SecondaryClOrdID' required='N'/>
   <field name='OrderID' required='N'/>
   <field name='SecondaryOrderID' required='N'/>
   <field name='MassCancelRequestType' required='Y'/>
   <field name='MassCancelResponse' required='Y'/>
   <field name='MassCancelRejectReason' required='N'/>
   <field name='TotalAffectedOrders' required='N'/>
   <group name='NoAffectedOrders' required='N'>
    <field name='AffectedOrderID' required='N'/>
    <field name='AffectedSecondaryOrderID' required='N'/>
   </group>
   <field name='Symbol' required='N'/>
   <field name='SecurityType' required='N'/>
   <field name='Side' required='N'/>
   <field name='TransactTime' required='N'/>
   <field name='Text' required='N'/>
   <field name='DeribitLabel' required='N'/>
  </message>
  <message name='OrderMassStatusRequest' msgtype='AF' msgcat='app'>
   <field name='MassStatusReqID' required='Y'/>
   <field name='MassStatusReqType' required='Y'/>
   <field name='Account' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='Side' required='N'/>
  </message>
  <message name='RequestForPositions' msgtype='AN' msgcat='app'>
   <field name='PosReqID' required='Y'/>
   <field name='PosReqType' required='Y'/>
   <field name='SubscriptionRequestType' required='N'/>
   <field name='Account' required='N'/>
   <field name='Currency' required='N'/>
  </message>
  <message name='RequestForPositionsAck' msgtype='AO' msgcat='app'>
   <field name='PosReqID' required='N'/>
   <field name='TotalNumPosReports' required='N'/>
   <field name='PosReqResult' required='N'/>
   <field name='PosReqStatus' required='N'/>
   <field name='Text' required='N'/>
  </message>
  <message name='PositionReport' msgtype='AP' msgcat='app'>
   <field name='PosMaintRptID' required='N'/>
   <field name='PosReqID' required='N'/>
   <field name='PosReqType' required='N'/>
   <field name='TotalNumPosReports' required='N'/>
   <field name='PosReqResult' required='N'/>
   <field name='Account' required='N'/>
   <field name='Symbol' required='N'/>
   <field name='SettlPrice' required='N'/>
   <group name='NoPositions' required='N'>
    <field name='PosType' required='N'/>
    <field name='LongQty' required='N'/>
    <field name='ShortQty' required='N'/>
    <field name='Symbol' required='N'/>
    <field name='QtyType' required='N'/>
    <field name='ContractMultiplier' required='N'/>
    <field name='UnderlyingEndPrice' required='N'/>
    <field name='Side' required='N'/>
    <field name='SettlPrice' required='N'/>
   </group>
   <field name='Text' required='N'/>
  </message>
  <message name='SecurityListRequest' msgtype='x' msgcat='app'>
   <field name='SecurityReqID' required='Y'/>
   <field name='SecurityListRequestType' required='Y'/>
   <field name='SubscriptionRequestType' required='N'/>
   <field name='SecurityType' required='N'/>
   <field name='Account' required='N'/>
  </message>
  <message name='SecurityList' msgtype='y' msgcat='app'>
   <field name='SecurityReqID' required='N'/>
   <field name='SecurityResponseID' required='N'/>
   <field name='SecurityRequestResult' required='N'/>
   <field name='TotNoRelatedSym' required='N'/>
   <field name='LastFragment' required='N'/>
   <field name='Text' required='N'/>
   <group name='NoRelatedSym' required='N'>
    <field name='Symbol' required='N'/>
    <field name='SecurityType' required='N'/>
    <field name='ContractMultiplier' required='N'/>
    <field name='MinPriceIncrement' required='N'/>
   </group>
  </message>
  <message name='UserRequest' msgtype='BE' msgcat='app'>
   <field name='UserRequestID' required='Y'/>
   <field name='UserRequestType' required='Y'/>
   <field name='Username' required='Y'/>
   <field name='Currency' required='N'/>
  </message>
  <message name='UserResponse' msgtype='BF' msgcat='app'>
   <field name='UserRequestID' required='Y'/>
   <field name='Username' required='N'/>
   <field name='UserStatus' required='N'/>
   <field name='UserStatusText' required='N'/>
   <field name='Currency' required='N'/>
   <field name='UserEquity' required='N'/>
   <field name='UserBalance' required='N'/>
   <field name='UserInitialMargin' required='N'/>
   <field name='UserMaintenanceMargin' required='N'/>
  </message>
 </messages>
 <components/>
)xml";

std::string under(const char* head) { return std::string(head) + kMessages + dictionary_fields(); }

}  // namespace

const char* fix44_dictionary_text() {
    static const std::string text = under("<fix type='FIX' major='4' minor='4' servicepack='0'>");
    return text.c_str();
}
const char* fixt11_dictionary_text() {
    static const std::string text = under("<fix type='FIXT' major='1' minor='1' servicepack='0'>");
    return text.c_str();
}
const char* fix50sp2_dictionary_text() {
    static const std::string text = under("<fix type='FIX' major='5' minor='0' servicepack='2'>");
    return text.c_str();
}

}  // namespace fix
}  // namespace hw
