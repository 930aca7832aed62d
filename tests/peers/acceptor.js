// A FIX 4.4 venue on jspurefix: EXCHANGE for HEDGER on 127.0.0.1. It fills every order once, however often it
// comes. On stdout: "listening PORT", and when the session is over one JSON object of what it saw.
//   node acceptor.js PORT
'use strict'

require('reflect-metadata')
const net = require('net')
const { AsciiSession, EmptyLogFactory, FixMsgStoreRecord, SessionLauncher } = require('jspurefix')

const port = Number(process.argv[2])
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error('usage: node acceptor.js PORT')
  process.exit(2)
}

const seen = { orders: 0, repeated: 0, reports: 0, logons: 0, resend_requests_received: 0, resend_requests_sent: 0, rejects: 0 }
const filled = new Set()

// It would listen on every interface.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (wanted) {
  return listen.call(this, { port: wanted, host: '127.0.0.1' }, () => console.log(`listening ${wanted}`))
}

class Venue extends AsciiSession {
  body = null

  onLogon () {
    ++seen.logons
    return true
  }

  onReady () {}

  onApplicationMsg (type, view) {
    if (type !== 'D') return
    const order = view.toObject()
    ++seen.orders
    if (filled.has(order.ClOrdID)) {
      ++seen.repeated
      return
    }
    filled.add(order.ClOrdID)
    ++seen.reports
    this.report({
      OrderID: `V${seen.reports}`,
      ClOrdID: order.ClOrdID,
      ExecID: `E${seen.reports}`,
      ExecType: 'F',
      OrdStatus: '2',
      Instrument: { Symbol: order.Instrument.Symbol },
      Side: order.Side,
      OrderQtyData: { OrderQty: order.OrderQtyData.OrderQty },
      LastQty: order.OrderQtyData.OrderQty,
      LastPx: order.Price,
      LeavesQty: 0,
      CumQty: order.OrderQtyData.OrderQty,
      AvgPx: order.Price
    })
  }

  // jspurefix resends from `store` what an application put there.
  report (body) {
    this.body = body
    this.send('8', body)
    this.body = null
  }

  txOnEncoded (type, data, header) {
    super.txOnEncoded(type, data, header)
    if (this.body === null || type !== '8') return
    this.store.put(new FixMsgStoreRecord(type, new Date(), header.MsgSeqNum, this.body, null))
  }

  onDecoded (type) {
    if (type === '2') ++seen.resend_requests_received
    if (type === '3') ++seen.rejects
  }

  onEncoded (type) {
    if (type === '2') ++seen.resend_requests_sent
  }

  onStopped () {
    console.log(JSON.stringify({ ...seen, filled: filled.size }))
  }
}

class Launcher extends SessionLauncher {
  constructor () {
    super(null, {
      application: { type: 'acceptor', name: 'venue', protocol: 'ascii', dictionary: 'qf44', tcp: { host: '127.0.0.1', port } },
      EncryptMethod: 0,
      ResetSeqNumFlag: false,
      HeartBtInt: 3,
      SenderCompId: 'VENUE',
      TargetCompID: 'HEDGER',
      BeginString: 'FIX.4.4'
    }, new EmptyLogFactory())
  }

  makeFactory () {
    return { makeSession: config => new Venue(config) }
  }
}

new Launcher().run().catch(error => {
  console.error(error)
  process.exit(1)
})
